#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
needs redis-server redis-server
needs redis-cli redis-tools
needs python3 python3
make_hosts anna ben carl
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
key=$work/mesh.key

# write_diary LABEL HEARD: ben writes through his proxy while somebody listens to the cable, and hears so much.
write_diary() {
  start "$1" anna python3 "$here/listen.py" 'tell nobody'
  await "$1" listening
  expect "ben's redis-cli" "$(on ben redis-cli SET diary 'tell nobody')" OK
  stop "$1"
  await "$1" frames
  expect 'the cable' "$(sed -n 's/^of .* frames: //p' "$work/$1.out")" "$2"
}

say 'anna has a redis for herself'
start redis anna redis-server --bind 127.0.0.1 --save '' --loglevel warning
until_true on anna redis-cli PING

say 'before: who listens to the cable reads what ben writes'
start announce anna ambassador announce redis --relay
start proxy ben ambassador proxy redis
await proxy 'found "redis on anna"'
write_diary open readable
stop proxy
stop announce

say 'one key, made on anna and copied to ben'
on anna ambassador mesh init "$key"
start guarded anna ambassador announce redis --mesh-key-file "$key"
start member ben ambassador proxy redis --mesh-key-file "$key"
await member 'found "redis on anna"'

say 'after: the same words, and nobody reads them'
write_diary secret 'nothing to read'
expect 'redis-cli GET on ben' "$(on ben redis-cli GET diary)" 'tell nobody'

say 'carl has no key, and then one of his own'
start stranger carl ambassador proxy redis
until_true grep -q 'not used: it is of mesh' "$work/stranger.err"
stop stranger
start bold carl ambassador proxy redis --from static:10.77.0.1:21379 --connect-timeout 3s
await bold found
if on carl redis-cli GET diary 2>&1; then echo 'WRONG: carl got an answer' >&2; exit 1; fi
await guarded 'redis: refused 10.77.0.3: it does not speak TLS'
on carl ambassador mesh init "$work/carl.key" >/dev/null
if on carl ambassador resolve redis --mesh-key-file "$work/carl.key"; then exit 1; fi
