#!/bin/sh
# wine.sh FOLDER PROGRAM ARGS...: runs a Windows program in FOLDER, and passes on what it says and how it ends. Under Wine, Windows' Node
# can't write to a pipe of Linux, but to a file. SIGTERM ends the program at once, as a signal does on Windows. With CONSOLE=yes its
# standard input is a console, into which what comes from ours is typed.
said=$(mktemp /run/said.XXXXXX)
: >"$said.err"
cd "$1" || exit 1
shift
run() {
  exec "$@" >"$said" 2>"$said.err"
}
if [ "${CONSOLE:-}" = yes ]; then
  typed=
  for word in "$@"; do
    typed="$typed '$(printf %s "$word" | sed "s/'/'\\\\''/g")'"
  done
  exec 3<&0
  script --quiet --return --command "exec $typed >'$said' 2>'$said.err'" /dev/null <&3 >/dev/null &
else
  run "$@" </dev/null &
fi
child=$!
trap 'kill -9 "$child"' TERM
tail --pid="$child" --sleep-interval=0.1 --follow --lines=+1 "$said" &
tail --pid="$child" --sleep-interval=0.1 --follow --lines=+1 "$said.err" >&2 &
wait "$child"
code=$?
# Only a signal that we got can have ended the wait before the program.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
wait
exit "$code"
