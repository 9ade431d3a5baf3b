#!/bin/sh
# Redis on an odd port, an application that uses redis:6379, and an ambassador between them.
# Needs a Docker daemon, Compose, and the images that README.md names.
set -eu
cd "$(dirname "$0")"
compose() { ${COMPOSE:-docker compose} -p ambassador-hello "$@"; }
compose version >/dev/null 2>&1 || { echo 'this example needs Docker and Compose; README.md says which images' >&2; exit 69; }
ask() { docker exec "$app" redis-cli -h redis "$@" 2>&1; }
trap 'compose down --volumes --timeout 1 >/dev/null 2>&1' EXIT

compose up -d app proxy >/dev/null
app=$(compose ps -q app)
echo "before: $(ask PING | head -n 1)"
compose up -d >/dev/null
tries=0
until [ "$(ask SET greeting hello)" = OK ]; do
  tries=$((tries + 1))
  if [ "$tries" -ge 120 ]; then
    echo "redis:6379 never answered" >&2
    exit 1
  fi
  sleep 0.5
done
echo "after: greeting is $(ask GET greeting), from a redis that listens on port 7777"
