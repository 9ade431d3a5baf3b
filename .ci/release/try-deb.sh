#!/usr/bin/env bash
# Installs the Debian package in a clean Debian of its own, runs what is in it, and purges it: .ci/release/try-deb.sh FILE.deb
# Needs root, mmdebstrap, npm, the mirror that apt uses, and 600 MB of memory. nodejs is made of npm's: that of Debian 12 is too old.
set -euo pipefail
deb=$(realpath "$1")
scratch=$(mktemp -d -p /dev/shm)
root=$scratch/root
trap 'rm -rf --one-file-system "$scratch"' EXIT

fail() {
  echo "failed: $*" >&2
  exit 1
}

# Its /proc, and a network of its own with nothing in it but loopback.
inside() {
  unshare --mount --pid --fork --net sh -c 'mount -t proc proc "$0/proc" && ip link set lo up && exec chroot "$0" "$@"' "$root" "$@"
}

list_files() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./var/lib/dpkg -o -path ./var/cache -o -path ./var/log -o -path ./tmp -o -path ./var/lib/apt \) -prune -o -print | sort)
}

make_nodejs() {
  (cd "$scratch" && npm install --silent --no-audit --no-fund --prefix node node@22)
  local node=$scratch/node/node_modules/node/bin/node
  mkdir -p "$scratch/nodejs/usr/bin" "$scratch/nodejs/DEBIAN"
  cp -L "$node" "$scratch/nodejs/usr/bin/node"
  printf 'Package: nodejs\nVersion: %s\nArchitecture: %s\nMaintainer: test <test@test.invalid>\nDepends: libc6, libstdc++6\nDescription: Node of npm, for a test\n' \
    "$("$node" -p process.versions.node)" "$(dpkg --print-architecture)" >"$scratch/nodejs/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone --build "$scratch/nodejs" "$root/nodejs.deb" >/dev/null
}

echo 'a clean Debian'
mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io --include=libstdc++6,iproute2 "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root"
cp "$deb" "$root/ambassador.deb"

echo 'without a Node that is new enough it says what it needs'
if inside dpkg --install /ambassador.deb >"$scratch/refused" 2>&1; then fail 'it was installed all the same'; fi
grep -q 'ambassador depends on nodejs (>= 20.19)' "$scratch/refused" || fail "$(cat "$scratch/refused")"
inside dpkg --purge ambassador >/dev/null 2>&1

make_nodejs
inside dpkg --install /nodejs.deb >/dev/null
list_files >"$scratch/before"
echo 'installed'
inside dpkg --install /ambassador.deb >/dev/null
[ "$(inside ambassador --version)" = "$(dpkg-deb --field "$deb" Version)" ] || fail 'ambassador --version'
inside ambassador resolve imap --from static:127.0.0.1:143 | grep -qx 127.0.0.1:143 || fail 'ambassador resolve'
inside ambassador demo | tee "$scratch/demo" || fail 'ambassador demo'
for path in usr/share/man/man1/ambassador-proxy.1.gz usr/share/man/man5/ambassador.yaml.5.gz lib/systemd/system/ambassador-up.service; do
  [ -s "$root/$path" ] || fail "$path is not there"
done
inside dpkg --purge ambassador >/dev/null
rm -rf "$root"/root/.local "$root"/root/.config
list_files >"$scratch/after"
diff "$scratch/before" "$scratch/after" || fail 'this is left, or gone'
echo 'purged, and nothing is left'
