#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
make_hosts client web1 web2 web3 web4 web5

serve() {
  start "service-$1" "$1" node "$here/service.mjs" 8000 "$1"
  start "announce-$1" "$1" ambassador announce web:8000
  await "announce-$1" '^announced'
}

start proxy client ambassador proxy web:8000
say 'before: one service answers'
serve web1
await proxy 'found "web on web1"'
on client node "$here/clients.mjs" 8000 200

say 'while clients ask, four more come'
start clients client node "$here/clients.mjs" 8000
for name in web2 web3 web4 web5; do
  serve "$name"
  await clients "first answer of $name"
done
stop clients

say 'after: five share the work'
expect 'failed connections' "$(sed -n 's/.*, failed \([0-9]*\),.*/\1/p' "$work/clients.out")" 0
on client node "$here/clients.mjs" 8000 1000 | tee "$work/shares"
expect 'services that answer' "$(grep -c '^web[1-5] [0-9]' "$work/shares")" 5
