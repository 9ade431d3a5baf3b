#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
needs named bind9
needs nsupdate bind9-dnsutils
make_hosts client old new dns

mkdir "$work/zone"
cat > "$work/zone/named.conf" <<CONF
options { directory "$work/zone"; listen-on { any; }; listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile none; };
controls { };
zone "example.test" { type primary; file "$work/zone/example.test"; allow-update { any; }; };
CONF
cat > "$work/zone/example.test" <<ZONE
\$TTL 2
@ SOA dns hostmaster 1 60 60 60 2
@ NS dns
dns A 10.77.0.4
old A 10.77.0.2
new A 10.77.0.3
_web._tcp SRV 0 0 7001 old
ZONE
start named dns named -g -c "$work/zone/named.conf" -n 1
start service-old old node "$here/service.mjs" 7001 old
start service-new new node "$here/service.mjs" 7002 new

say 'before: the SRV record says old.example.test, port 7001'
start proxy client ambassador proxy web:8000 --from srv:_web._tcp.example.test --dns-server 10.77.0.4:53
await proxy '^found'
start clients client node "$here/clients.mjs" 8000
await clients 'first answer of old'

say 'the record changes: new.example.test, port 7002; its TTL is two seconds'
on dns nsupdate <<UPDATE
server 10.77.0.4
zone example.test
update delete _web._tcp.example.test SRV
update add _web._tcp.example.test 2 SRV 0 0 7002 new.example.test.
send
UPDATE
await clients 'first answer of new'
stop service-old
sleep 1
stop clients

say 'after'
expect 'failed connections' "$(sed -n 's/.*, failed \([0-9]*\),.*/\1/p' "$work/clients.out")" 0
on client node "$here/clients.mjs" 8000 100 | tee "$work/now"
expect 'who answers now' "$(sed -n 's/^\(old\|new\) .*/\1/p' "$work/now")" new
