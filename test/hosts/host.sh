#!/bin/bash
# A KVM host in namespaces. Not for use by hand: host.ts starts it as
#   host.sh outer ID DIR NAME ADDRESS UUID
# and holds its stdin. The host lives as long as that stdin is open: when the owner dies, in whatever way, process 1
# reads the end of it and leaves, and the kernel takes every process, mount and network device of the host along.
set -u
phase=$1 id=$2 dir=$3 name=$4 address=$5 uuid=$6

if [ "$phase" = outer ]; then
  # A cgroup of its own: two hosts may both run a first guest called "web", and libvirt names cgroups by these.
  while read -r _ at type _; do
    case $type in cgroup | cgroup2) ;; *) continue ;; esac
    mkdir "$at/cdkvm-$id" 2>/dev/null || continue
    if [ -e "$at/cdkvm-$id/cpuset.mems" ] && [ "$type" = cgroup ]; then
      cat "$at/cpuset.cpus" > "$at/cdkvm-$id/cpuset.cpus"
      cat "$at/cpuset.mems" > "$at/cdkvm-$id/cpuset.mems"
    fi
    echo $$ > "$at/cdkvm-$id/cgroup.procs"
  done < /proc/mounts 2>/dev/null
  exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child --mount-proc --propagation private \
    /bin/bash "$0" inner "$id" "$dir" "$name" "$address" "$uuid"
fi

fail() { echo "failed: $*"; exit 1; }

echo namespaces
read -r _ || exit 0                                     # until the owner has put eth0 in here
hostname "$name"
ip link set lo up && ip addr add "$address" dev eth0 && ip link set eth0 up || fail "network"

# /sys and the cgroups as this network and cgroup namespace see them
cgroups=$(awk '$3 == "cgroup" || $3 == "cgroup2" { print $2, $3, $4 }' /proc/mounts)
umount -R -l /sys && mount -t sysfs sysfs /sys || fail "/sys"
if [ -n "$cgroups" ]; then
  [[ $cgroups == "/sys/fs/cgroup cgroup2"* ]] || mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  while read -r at type options; do
    mkdir -p "$at"
    if [ "$type" = cgroup2 ]; then
      mount -t cgroup2 cgroup2 "$at" || continue
      mkdir "$at/init" && echo 1 > "$at/init/cgroup.procs" # version 2 gives no controllers below a group with processes
    else
      options=$(tr , '\n' <<< "$options" | grep -v -x -E 'rw|ro|relatime|nosuid|nodev|noexec|xattr|clone_children|release_agent=.*' | paste -s -d ,)
      [[ $options == name=* ]] && options="none,$options"
      mount -t cgroup -o "$options" cgroup "$at"
    fi
  done <<< "$cgroups"
fi

mkdir -p "$dir"/{run/libvirt,run/lock,lib/{images,qemu,dnsmasq,boot},log/qemu,cache,swtpm,dev}
mount --bind "$dir/hosts" /etc/hosts || fail "/etc/hosts"
mount --bind "$dir/run" /run && mount --bind "$dir/lib" /var/lib/libvirt && mount --bind "$dir/etc" /etc/libvirt &&
  mount --bind "$dir/log" /var/log/libvirt && mount --bind "$dir/cache" /var/cache/libvirt || fail "libvirt's directories"
if [ -d /usr/lib/ipxe/qemu ]; then mount --bind "$dir/roms" /usr/lib/ipxe/qemu || fail "/usr/lib/ipxe/qemu"; fi
if [ -d /var/lib/swtpm-localca ]; then
  chown tss:tss "$dir/swtpm" 2>/dev/null; chmod 750 "$dir/swtpm"; mount --bind "$dir/swtpm" /var/lib/swtpm-localca
fi

# A /dev of its own without kvm: KVM that is there and does not work takes libvirt minutes to probe. It is moved into
# place, not bound: libvirt moves what is mounted below /dev when it makes a guest's own /dev.
mount -t tmpfs -o mode=755 devtmpfs "$dir/dev" && mkdir -p "$dir"/dev/{pts,shm,net,mapper} || fail "/dev"
for device in null zero full random urandom tty net/tun vhost-net loop-control fuse; do
  [ -e "/dev/$device" ] && cp -a "/dev/$device" "$dir/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$dir/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$dir/dev/shm"
ln -s pts/ptmx "$dir/dev/ptmx"
ln -s /proc/self/fd "$dir/dev/fd"
ln -s /proc/self/fd/0 "$dir/dev/stdin"; ln -s /proc/self/fd/1 "$dir/dev/stdout"; ln -s /proc/self/fd/2 "$dir/dev/stderr"
umount -R -l /dev && mount --move "$dir/dev" /dev || fail "/dev"

virtlogd -d < /dev/null > /dev/null 2>&1 || fail "virtlogd"
libvirtd -l < /dev/null > /var/log/libvirt/libvirtd.log 2>&1 &
echo started
# bash as process 1 reaps what is orphaned to it while it waits here; without that, each capability probe waits 40 s
while read -r _; do :; done
exit 0
