#!/usr/bin/env bash
source "$(dirname "$0")/../lan.sh"
needs redis-server redis-server
needs redis-cli redis-tools
here=$(cd "$(dirname "$0")" && pwd)
make_hosts here

# The files name the secrets, which are nobody's but ours.
umask 077
cp "$here"/*.yaml "$work"
secret() { printf '%s\n' "$2" > "$work/$1.new" && mv "$work/$1.new" "$work/$1.secret"; }
secret staging green-lizard
secret production blue-heron

port=7101
for place in staging production; do
  printf 'user default off\nuser owner on nopass ~* &* +@all\nuser app on >%s ~* &* +@all -@admin\n' \
    "$(cat "$work/$place.secret")" > "$work/$place.acl"
  start "redis-$place" here redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work" --aclfile "$work/$place.acl"
  await "redis-$place" 'Ready to accept connections'
  on here sh -c "printf 'AUTH owner any\nSET greeting \"hello from $place\"\n' | redis-cli -p $port" > /dev/null
  port=$((port + 1))
done

say 'before: without a password the application is told nothing'
expect 'staging, asked directly' "$(on here sh "$here/app.sh" 7101)" 'NOAUTH Authentication required.'

say 'after: the same application, two ambassadors, two files'
start staging here ambassador proxy redis:6379 --from static:127.0.0.1:7101 --credentials "$work/staging.yaml"
start production here ambassador proxy redis:6380 --from static:127.0.0.1:7102 --credentials "$work/production.yaml"
await staging 'found'
await production 'found'
expect 'through the first' "$(on here sh "$here/app.sh" 6379)" 'hello from staging'
expect 'through the second' "$(on here sh "$here/app.sh" 6380)" 'hello from production'

say 'the password of production changes, in the file and at the server'
secret production pink-otter
await production 'has changed'
on here sh -c "printf 'AUTH owner any\nACL SETUSER app resetpass >pink-otter\n' | redis-cli -p 7102" > /dev/null
expect 'through the second' "$(on here sh "$here/app.sh" 6380)" 'hello from production'

say 'on this network anybody could call himself redis: nobody who is found there is told the password'
code=0
on here ambassador proxy redis:6381 --credentials "$work/production.yaml" || code=$?
expect 'exit code' "$code" 77
