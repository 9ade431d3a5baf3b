#!/bin/sh
# dockerd.sh NAME FOLDER [FLAG...]: a Docker daemon that is the first process of its namespaces, so that nothing of it outlives them.
# It ends when its standard input does. It listens on /run/docker.sock of its host and keeps its data in memory, at FOLDER: that is
# quick, and its file system is one that overlays may lie on, wherever FOLDER is.
set -eu
name=$1
folder=$2
shift 2
# The host's own view of its network lies over the machine's control groups.
mkdir -p /run/cgroup
umount /sys
mount --rbind /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --rbind /run/cgroup /sys/fs/cgroup
mount -t tmpfs -o mode=711,size=4g tmpfs "$folder"
dockerd --data-root "$folder" --exec-root /run/docker --host unix:///run/docker.sock --pidfile /run/docker.pid \
  --cgroup-parent "/$name" --exec-opt native.cgroupdriver=cgroupfs --log-level error "$@" </dev/null &
daemon=$!
read -r _ || true
kill -TERM $daemon
wait $daemon || true
find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || true
