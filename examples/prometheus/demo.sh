#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")" && pwd)
needs prometheus prometheus
needs curl curl
make_hosts web1 client

# ask QUERY: the value that Prometheus has for it now.
ask() { on client curl -sG http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$1" | grep -o '"[^"]*"\]' | tr -d '"]'; }
# wait_for QUERY VALUE
wait_for() {
  for _ in $(seq 150); do
    [ "$(ask "$1")" != "$2" ] || { expect "$1" "$2" "$2"; return; }
    sleep 0.2
  done
  expect "$1" "$(ask "$1")" "$2"
}

say 'the rules are what Prometheus takes, and fire when they should'
promtool check config "$here/prometheus.yml"
promtool test rules "$here/alerts.test.yml"

say 'a proxy is read, and tells where its services are'
start web web1 node "$here/../service.mjs" 8000 web1
start announce web1 ambassador announce web:8000
start proxy client ambassador proxy web:8000 --admin 127.0.0.1:9901
await proxy 'found "web on web1"'
start prometheus client prometheus --config.file="$here/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address=127.0.0.1:9090
on client node "$here/../clients.mjs" 8000 20
wait_for 'ambassador_ready' 1
wait_for 'ambassador_connections_accepted_total{service="web"}' 20
wait_for 'count(up{job="services",name="web on web1"})' 1
