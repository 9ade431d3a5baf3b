#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
needs redis-server redis-server
needs redis-cli redis-tools
make_hosts anna ben

say 'anna has a redis, on an odd port'
start redis anna redis-server --port 12345 --bind 0.0.0.0 --protected-mode no --save '' --loglevel warning
until_true on anna redis-cli -p 12345 PING

say 'before: ben has none'
if on ben redis-cli PING 2>&1; then exit 1; fi

say 'one command a machine'
start announce anna ambassador announce redis:12345
start proxy ben ambassador proxy redis
await proxy 'found "redis on anna"'

say 'after: ben has a redis on its own localhost'
expect 'redis-cli PING on ben' "$(on ben redis-cli PING)" PONG
on ben redis-cli SET greeting 'hello from ben' >/dev/null
expect 'the same key on anna' "$(on anna redis-cli -p 12345 GET greeting)" 'hello from ben'
