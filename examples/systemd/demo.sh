#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")" && pwd)
needs systemd-analyze systemd
needs systemd-socket-activate systemd
make_hosts anna ben

say 'systemd accepts the units'
for unit in "$here"/*.service "$here"/*.socket; do
  name=$(basename "$unit" | sed 's/@/@web/')
  sed "s|^ExecStart=[^ ]*|ExecStart=$(command -v ambassador)|" "$unit" > "$work/$name"
done
(cd "$work" && systemd-analyze verify --man=no ./ambassador-*@web.service ./ambassador-*@web.socket)
echo 'ok: systemd-analyze verify'

say 'systemd listens; the first client starts the proxy'
start service anna node "$here/../service.mjs" 8000 anna
start announce anna ambassador announce web:8000
await announce '^announced'
start socket ben systemd-socket-activate -l 127.0.0.1:8000 "--setenv=PATH=$PATH" ambassador proxy web
until_true grep -q 'Listening on' "$work/socket.err"
if grep -q listening "$work/socket.out"; then exit 1; fi
expect 'who answers' "$(on ben node "$here/../clients.mjs" 8000 1 | sed -n 's/^first answer of //p')" anna
