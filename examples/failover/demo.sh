#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
make_hosts client web1 web2 web3

for name in web1 web2 web3; do
  start "service-$name" "$name" node "$here/service.mjs" 8000 "$name"
  start "announce-$name" "$name" ambassador announce web:8000
done
start proxy client ambassador proxy web:8000
for name in web1 web2 web3; do await proxy "found \"web on $name\""; done

say 'before: three services answer'
start clients client node "$here/clients.mjs" 8000
for name in web1 web2 web3; do await clients "first answer of $name"; done
sleep 1

say 'kill -9 of web1, service and announcer: no goodbye'
stop service-web1 KILL
stop announce-web1 KILL
sleep 2

say 'SIGTERM of the announcer of web2: it says goodbye first'
stop announce-web2
await proxy '"web on web2" is leaving|lost "web on web2"'
sleep 1

say 'after: whoever asked was answered by those who were left'
stop clients
# What a client had under way with web1 in the moment of the kill is reset, and must be: nobody knows what became of it.
under_way=$(grep -c '^failed: ECONNRESET\|^failed: socket hang up' "$work/clients.out" || true)
refused=$(grep -c '^failed: ' "$work/clients.out" || true)
expect 'connections that failed and were not under way with web1' "$((refused - under_way))" 0
[ "$under_way" -le 16 ] || exit 1
echo "ok: under way with web1 when it was killed: $under_way"
on client node "$here/clients.mjs" 8000 100 | tee "$work/left"
expect 'who answers now' "$(sed -n 's/^\(web[0-9]\) .*/\1/p' "$work/left")" web3
