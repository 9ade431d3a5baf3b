#!/bin/sh
# Containers that are announced because a label says so.
set -eu
cd "$(dirname "$0")"
compose() { ${COMPOSE:-docker compose} -p ambassador-labels "$@"; }
look() { docker run --rm --network host "${AMBASSADOR_IMAGE:-ambassador}" resolve greeter --all --timeout 2s 2>/dev/null || true; }
count() { look | grep -c : || true; }
await() {
  tries=0
  until [ "$(count)" = "$1" ]; do
    tries=$((tries + 1))
    if [ "$tries" -ge 10 ]; then
      echo "$(count) are announced, not $1" >&2
      exit 1
    fi
  done
}
trap 'compose down --volumes --timeout 5 >/dev/null 2>&1' EXIT

compose up -d labels >/dev/null 2>&1
await 0
echo "before: nobody announces greeter"
compose up -d --scale web=3 >/dev/null 2>&1
await 3
echo "after three were started:"
look
compose up -d --scale web=1 >/dev/null 2>&1
await 1
echo "after two were stopped:"
look
