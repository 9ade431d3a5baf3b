#!/bin/sh
# The same application on a swarm, with an overlay network and without one.
# Needs a Docker daemon, and the images that README.md names.
set -eu
cd "$(dirname "$0")"
stack=ambassador-swarm
is_ours=
clean_up() {
  docker stack rm "$stack" >/dev/null 2>&1 || true
  if [ "$is_ours" ]; then docker swarm leave --force >/dev/null 2>&1 || true; fi
}
trap clean_up EXIT
if [ "$(docker info --format '{{.Swarm.LocalNodeState}}')" != active ]; then
  docker swarm init --advertise-addr "${ADVERTISE:-127.0.0.1}" >/dev/null
  is_ours=yes
fi

find_app() { docker ps --quiet --filter "label=com.docker.swarm.service.name=${stack}_app" | head -n 1; }
ask() {
  app=$(find_app)
  [ "$app" ] && docker exec "$app" redis-cli -h "$1" "$2" "$3" "$4" 2>&1
}
answers() { [ "$(ask "$1" SET greeting hello)" = OK ]; }
# A network goes only after the last task that used it, which ends a moment after its service.
is_removed() {
  docker stack rm "$stack" >/dev/null 2>&1 &&
    [ -z "$(docker ps --quiet --filter "label=com.docker.stack.namespace=$stack")" ] &&
    [ -z "$(docker network ls --quiet --filter "label=com.docker.stack.namespace=$stack")" ]
}
wait_until() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 240 ]; then
      echo "not within two minutes: $*" >&2
      exit 1
    fi
    sleep 0.5
  done
}

for network in overlay host; do
  name=redis
  [ "$network" = host ] && name=127.0.0.1
  echo "before: nothing runs"
  docker stack deploy --resolve-image never --compose-file "$network.yaml" "$stack" >/dev/null
  wait_until answers "$name"
  echo "after, with network $network: $name:6379 answers through the ambassador, redis listens on port 7777"
  wait_until is_removed
done
