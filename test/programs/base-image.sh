#!/bin/sh
# base-image.sh NAME PROGRAM...: an image of these programs of this machine, their libraries and a shell, made without a registry.
# NODE is a program, too: the one that the variable of this name leads to.
set -eu
name=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -m 1777 "$folder/tmp"
mkdir "$folder/etc" "$folder/run"
echo 'root:x:0:0:root:/:/bin/sh' > "$folder/etc/passwd"
echo 'hosts: files dns' > "$folder/etc/nsswitch.conf"
files=
for program in /bin/dash "$@"; do
  [ "$program" = NODE ] && program=$NODE
  files="$files $program $(ldd "$program" | grep -o '/[^ ]*' || true)"
done
# shellcheck disable=SC2086 # a list
tar -c -f "$folder.tar" -h -P --transform 's,^/bin/dash$,bin/sh,;s,^/.*/node$,usr/bin/node,;s,^/,,' \
  $(printf '%s\n' $files | sort -u)
tar -r -f "$folder.tar" -C "$folder" tmp etc run
docker import "$folder.tar" "$name"
rm -f "$folder.tar"
