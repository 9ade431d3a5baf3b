# For the examples, which source it: a LAN of hosts (network namespaces) on this one machine. Everything is gone when the script ends.
# Needs no root where ordinary users may open user namespaces; elsewhere run the example with sudo.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH="$repository/node_modules/.bin:$PATH:/usr/sbin:/sbin"

if [ -z "${EXAMPLE_IS_ON_LAN:-}" ]; then
  if [ ! -x "$repository/node_modules/.bin/ambassador" ]; then
    echo "run 'npm run setup' in $repository first" >&2
    exit 69
  fi
  as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(--user --map-root-user); fi
  EXAMPLE_IS_ON_LAN=yes exec unshare "${as_root[@]}" --net --mount --uts bash "$0" "$@"
fi

work=$(mktemp -d)
# An example is the same for everybody: whose mesh key, settings and remembered machines there are is no part of it.
unset "${!AMBASSADOR_@}" "${!XDG_@}"
export HOME="$work/home"
mkdir "$HOME"
declare -A processes=()

finish() {
  local code=$? label
  trap - EXIT
  for label in "${!processes[@]}"; do
    kill -9 "${processes[$label]}" && wait "${processes[$label]}"
  done 2>/dev/null || true
  if [ "$code" != 0 ]; then
    echo "this example failed; what its programs said:" >&2
    (cd "$work" && tail -n 20 -- *.out *.err) >&2 2>/dev/null || true
  fi
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# needs COMMAND PACKAGE: what has to be installed.
needs() {
  command -v "$1" >/dev/null || { echo "this example needs $1: apt install $2" >&2; exit 69; }
}

say() { printf '\n== %s\n' "$*"; }

# expect WHAT GOT WANTED
expect() {
  if [ "$2" != "$3" ]; then
    echo "WRONG: $1: '$2' instead of '$3'" >&2
    exit 1
  fi
  echo "ok: $1: $2"
}

# make_hosts NAME...: each is 10.77.0.N on one Ethernet.
make_hosts() {
  local name number=0
  mount -t tmpfs tmpfs /run
  mkdir -p /run/netns
  ip link set lo up
  ip link add switch type bridge
  ip link set switch up
  for name in "$@"; do
    number=$((number + 1))
    ip netns add "$name"
    ip link add "to-$name" type veth peer name eth0 netns "$name"
    ip link set "to-$name" master switch up
    on "$name" sh -ec "
      echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad
      ip link set lo up
      ip address add 10.77.0.$number/24 dev eth0
      ip link set eth0 up
      ip route add default via 10.77.0.254"
  done
}

enter() {
  local name=$1
  shift
  exec nsenter --net="/run/netns/$name" unshare --mount --uts setpriv --pdeathsig KILL \
    sh -c 'mount -t sysfs sysfs /sys 2>/dev/null; hostname "$0"; exec "$@"' "$name" "$@"
}

# on HOST COMMAND...: to its end.
on() { (enter "$@"); }

# start LABEL HOST COMMAND...: it goes on beside the script; what it prints is shown.
start() {
  local label=$1 name=$2
  shift
  echo "$name\$ ${*:2}"
  (enter "$@") > >(tee "$work/$label.out" | sed -u "s/^/  $name: /") 2> "$work/$label.err" &
  processes[$label]=$!
}

# await LABEL PATTERN [SECONDS]: until it has printed a line that matches.
await() {
  local tries=$((${3:-60} * 20))
  until grep -qE -- "$2" "$work/$1.out" 2>/dev/null; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then echo "WRONG: $1 did not say '$2'" >&2; exit 1; fi
    sleep 0.05
  done
}

# until_true COMMAND...: tries it until it succeeds, a minute at most.
until_true() {
  local tries=1200
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then echo "WRONG: never true: $*" >&2; exit 1; fi
    sleep 0.05
  done
}

# stop LABEL [SIGNAL]: and wait for its end.
stop() {
  kill "-${2:-TERM}" "${processes[$1]}"
  { wait "${processes[$1]}" || true; } 2>/dev/null
  unset "processes[$1]"
}
