#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
here=$(cd "$(dirname "$0")" && pwd)
needs curl curl
make_hosts old new

say 'an existing bonjour-service program publishes; the ambassador finds it'
start program old node "$here/publish.mjs"
await program published
start proxy new ambassador proxy greeter:8000
await proxy 'found "an old program"'
expect 'curl localhost:8000' "$(on new curl -s http://localhost:8000)" 'hello from a Bonjour program'

say 'the ambassador announces; an existing bonjour-service program finds it'
start service new node "$here/../service.mjs" 7000 clock
start announce new ambassador announce clock:7000
await announce '^announced'
expect 'what the program found' "$(on old node "$here/find.mjs")" 'clock on new: port 7000'
