#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")/.." && pwd)
needs java default-jre-headless
needs /usr/share/zookeeper/bin/zkCli.sh zookeeper
needs haproxy haproxy
make_hosts client registry web1 web2 web3
folder=zookeeper:10.77.0.2:2181/services/web

serve() {
  start "service-$1" "$1" node "$here/service.mjs" 8000 "$1"
  start "announce-$1" "$1" ambassador announce web:8000 --to "$folder"
  await "announce-$1" '^announced'
}
find_haproxy() { pgrep -x -P "${processes[proxy]}" haproxy; }

say 'locations are kept in ZooKeeper'
start zookeeper registry java -Xmx64m -cp /etc/zookeeper/conf:/usr/share/java/zookeeper.jar \
  org.apache.zookeeper.server.ZooKeeperServerMain 2181 "$work/zookeeper"
until_true on registry bash -c ': > /dev/tcp/127.0.0.1/2181'
serve web1

say 'haproxy carries the bytes, and its servers follow the keys without a reload'
start proxy client ambassador proxy web:8000 --from "$folder" --engine haproxy
await proxy 'found "web on web1"'
before=$(find_haproxy)

say 'while clients ask, two more come, and the first one leaves'
start clients client node "$here/clients.mjs" 8000
await clients 'first answer of web1'
serve web2
await clients 'first answer of web2'
serve web3
await clients 'first answer of web3'
stop announce-web1
await proxy 'lost "web on web1"'
stop clients

say 'after'
expect 'failed connections' "$(sed -n 's/.*, failed \([0-9]*\),.*/\1/p' "$work/clients.out")" 0
expect "haproxy's process" "$(find_haproxy)" "$before"
on client node "$here/clients.mjs" 8000 200 | tee "$work/now"
expect 'who answers now' "$(sed -n 's/^\(web[0-9]\) [0-9]*$/\1/p' "$work/now" | tr '\n' ' ')" 'web2 web3 '

say 'the same as a configuration file, written anew at each change'
start render client ambassador render haproxy web:8000 --from "$folder" -o "$work/haproxy.cfg" --check 'haproxy -c -q -f {}' --watch
until_true grep -q 'server .*10.77.0.5:8000' "$work/haproxy.cfg"
stop announce-web3
until_gone() { ! grep -q '10.77.0.5:8000' "$work/haproxy.cfg"; }
until_true until_gone
grep 'server ' "$work/haproxy.cfg"
