#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
needs haproxy haproxy
make_hosts client web1 web2

serve() {
  start "service-$1" "$1" node "$here/service.mjs" "$2" "$1"
  start "announce-$1" "$1" ambassador announce "web:$2"
  await "announce-$1" '^announced'
}
render() {
  echo "client\$ ambassador render haproxy web:8000 -o haproxy.cfg --check ... --reload ..."
  on client ambassador render haproxy web:8000 --timeout 20s -o "$work/haproxy.cfg" \
    --check 'haproxy -c -q -f {}' --reload "kill -USR2 ${processes[haproxy]:-} 2>/dev/null || true"
}
ask() { on client node "$here/clients.mjs" 8000 20 | sed -n 's/^\(web[0-9]\) .*/\1/p'; }

say 'before: web1, and a configuration for it, made once; nothing of ours goes on running'
serve web1 7001
render
grep server "$work/haproxy.cfg"
start haproxy client haproxy -W -db -f "$work/haproxy.cfg"
until_true on client bash -c ': > /dev/tcp/127.0.0.1/8000'
expect 'who answers through haproxy' "$(ask)" web1

say 'web moves to another host and port; one more shot'
serve web2 7002
stop announce-web1
render
grep server "$work/haproxy.cfg"
is_served_by() { [ "$(ask)" = "$1" ]; }
until_true is_served_by web2

say 'after'
expect 'who answers through the same haproxy' "$(ask)" web2
before=$(stat -c %Y.%i "$work/haproxy.cfg")
render
expect 'a third shot, nothing having changed, leaves the file alone' "$(stat -c %Y.%i "$work/haproxy.cfg")" "$before"

say 'without any proxy: the address for a script'
echo "client\$ ambassador resolve web --format env"
on client ambassador resolve web --timeout 20s --format env
