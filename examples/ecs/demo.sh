#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")" && pwd)
needs named bind9
needs redis-server redis-server
needs redis-cli redis-tools
make_hosts task store dns

say 'the task definition'
node "$here/check.mjs"
read -ra command <<< "$(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).containerDefinitions[0].command.join(" ")' "$here/task-definition.json")"

mkdir "$work/zone"
cat > "$work/zone/named.conf" <<CONF
options { directory "$work/zone"; listen-on { any; }; listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile none; };
controls { };
zone "shop.internal" { type primary; file "$work/zone/shop.internal"; };
CONF
cat > "$work/zone/shop.internal" <<ZONE
\$TTL 2
@ SOA dns hostmaster 1 60 60 60 2
@ NS dns
dns A 10.77.0.3
store A 10.77.0.2
_redis._tcp SRV 0 10 7777 store
ZONE

say 'before: nothing listens on port 6379 of the task'
expect 'redis-cli' "$(on task redis-cli -h 127.0.0.1 PING 2>&1)" 'Could not connect to Redis at 127.0.0.1:6379: Connection refused'

say 'the command line of the task definition, with a DNS server that stands in for Cloud Map'
start named dns named -g -c "$work/zone/named.conf" -n 1
start redis store redis-server --port 7777 --bind 0.0.0.0 --protected-mode no --save '' --dir "$work"
start proxy task ambassador "${command[@]}" --dns-server 10.77.0.3:53
await proxy '^found'
until_true on task redis-cli -h 127.0.0.1 PING

say 'after'
expect 'SET' "$(on task redis-cli -h 127.0.0.1 SET greeting hello)" OK
expect 'GET, at the store' "$(on store redis-cli -p 7777 GET greeting)" hello
