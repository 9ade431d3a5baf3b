#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
make_hosts anna ben

say 'one program publishes, finds and proxies'
start program anna node "$repository/examples/embed/embed.mjs"

await program 'hello from an embedded service'

say 'another machine sees what it publishes'
echo 'ben$ ambassador resolve embed --timeout 20s'
expect 'what ben resolves' "$(on ben ambassador resolve embed --timeout 20s)" 10.77.0.1:7000

say 'and when it ends, that it is gone'
stop program
until_true grep -q drained "$work/program.out"
if on ben ambassador resolve embed --timeout 1s; then exit 1; fi
echo 'ok: nothing is left'
