#!/bin/bash
# Process 1 of a lab server. Started in new mount, UTS, network and pid namespaces, it gives the server
# folders of its own, says "ready", and lives until its standard input ends: when the program that made
# the lab ends, however it ends, the kernel ends every process, mount and interface of the server.
# bash, because it reaps the daemons that lose their parent; dash does not.
set -euo pipefail
name=$1

# The working directory is the repository; it may lie in one of the folders that are about to be covered.
repository=$PWD

own_tmpfs() { mount -t tmpfs -o "mode=$2" tmpfs "$1"; }

# The machine's folder shines through; changes stay in the server's memory.
own_copy() {
  mkdir -p "/run/lab/$1/upper" "/run/lab/$1/work"
  mount -t overlay overlay -o "lowerdir=/$1,upperdir=/run/lab/$1/upper,workdir=/run/lab/$1/work" "/$1"
}

# The machine's /dev/log must not be replaced, and where there is none it must not be made.
own_devices() {
  mkdir /run/lab/dev
  own_tmpfs /run/lab/dev 755
  cp -a /dev/{null,zero,full,random,urandom,tty,fd,stdin,stdout,stderr} /run/lab/dev/
  mkdir -m 1777 /run/lab/dev/shm
  mkdir /run/lab/dev/pts
  mount --bind /dev/pts /run/lab/dev/pts
  ln -s pts/ptmx /run/lab/dev/ptmx
  mount --move /run/lab/dev /dev
}

own_tmpfs /run 755
mkdir /run/lab
own_copy etc
own_copy var
own_devices
own_tmpfs /tmp 1777
own_tmpfs /var/log 755
mount -t sysfs sysfs /sys # shows the interfaces of the network namespace it is mounted from

if [ ! -e "$repository/package.json" ]; then
  mkdir -p "$repository"
  mount --no-canonicalize --bind . "$repository"
fi

rm -rf /etc/keepalived /var/lib/keepalived-wai
mkdir /etc/keepalived
hostname "$name"
echo "$name" >/etc/hostname
printf '127.0.0.1 localhost\n192.168.0.10 server1\n192.168.0.20 server2\n' >/etc/hosts
ip link set lo up
# As the manual has it, whatever the package of this distribution chose.
if command -v update-rc.d >/dev/null; then update-rc.d keepalived disable; fi

rsyslogd -n -i NONE -f "$repository/packaging/rsyslog.conf" &
until [ -S /dev/log ]; do
  kill -0 "$!" # with -e: a log daemon that died ends the server here, with what it printed
  sleep 0.02
done

echo ready
read -r _ || true
