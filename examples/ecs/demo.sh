#!/bin/sh
# Checks the task definition, then runs its ambassador's own command line against a DNS server that stands in for Cloud Map.
# DNS_SERVER=HOST:PORT has SRV records at _redis._tcp.shop.internal, and a redis behind them.
set -eu
cd "$(dirname "$0")"
ambassador=${AMBASSADOR:-ambassador}
node check.mjs
command=$(node -p 'JSON.parse(require("fs").readFileSync("task-definition.json")).containerDefinitions[0].command.join(" ")')
echo "before: $(redis-cli -h 127.0.0.1 -p 6379 PING 2>&1 | head -n 1)"
# shellcheck disable=SC2086 # words
$ambassador $command --dns-server "${DNS_SERVER:-127.0.0.1:5353}" >/dev/null 2>&1 &
proxy=$!
trap 'kill $proxy 2>/dev/null; wait $proxy 2>/dev/null || true' EXIT
tries=0
until [ "$(redis-cli -h 127.0.0.1 -p 6379 SET greeting hello 2>&1)" = OK ]; do
  tries=$((tries + 1))
  if [ "$tries" -ge 50 ]; then
    echo "127.0.0.1:6379 never answered" >&2
    exit 1
  fi
  sleep 0.2
done
echo "after: greeting is $(redis-cli -h 127.0.0.1 -p 6379 GET greeting), found by the SRV records of $command"
