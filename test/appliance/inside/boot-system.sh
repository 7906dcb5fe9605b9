#!/bin/sh
# Becomes process 1 of its namespaces, systemd or another, on the files of a system under a layer that is
# gone afterwards. Nothing of the machine can be changed from inside: files are the layer's, devices
# and kernel settings are private or read-only.
# Call it in new mount, pid, network, UTS, IPC and cgroup namespaces. $1: a folder to see as $2; not
# where it is, because a folder below /tmp would be cleaned away by a booting systemd. $3: the folder
# with the files of the system: / for the machine's own. The rest: the words of process 1.
set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir="$3",upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root
mkdir -p ".$2" old
mount --rbind "$1" ".$2"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs dev
for device in null zero full random urandom tty; do
  touch dev/$device
  mount --bind /dev/$device dev/$device
done
# Of every machine, and of a service that has devices of its own.
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
pivot_root . old
umount --lazy /old
shift 3
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
