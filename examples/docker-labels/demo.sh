#!/bin/sh
# Containers that are announced because a label says so.
# Needs a Docker daemon, Compose, and the images that README.md names.
set -eu
cd "$(dirname "$0")"
compose() { ${COMPOSE:-docker compose} -p ambassador-labels "$@"; }
compose version >/dev/null 2>&1 || { echo 'this example needs Docker and Compose; README.md says which images' >&2; exit 69; }
look() { docker run --rm --network host "${AMBASSADOR_IMAGE:-ambassador}" resolve greeter --all --timeout 2s 2>/dev/null || true; }
await() {
  tries=0
  while :; do
    seen=$(look)
    count=$(printf '%s' "$seen" | grep -c : || true)
    if [ "$count" = "$1" ]; then return; fi
    tries=$((tries + 1))
    if [ "$tries" -ge 30 ]; then
      echo "$count are announced, not $1" >&2
      exit 1
    fi
  done
}
trap 'compose down --volumes --timeout 1 >/dev/null 2>&1' EXIT

compose up -d labels >/dev/null
await 0
echo "before: nobody announces greeter"
compose up -d --scale web=3 >/dev/null
await 3
printf 'after three were started:\n%s\n' "$seen"
compose up -d --scale web=1 >/dev/null
await 1
printf 'after two were stopped:\n%s\n' "$seen"
