#!/bin/sh
# The first process of a node. It has network, mount, PID, UTS and IPC namespaces of its own, makes a small machine of
# them, and keeps the node's services running in it, as an init does: whatever ends is started again. When it ends
# itself, the kernel ends all that runs in the node, with every mount.
#
# Arguments: the node's folder and its name.
set -eu
folder=$1
hostname "$2"

# Volumes that a pod mounts for others must reach the node, but not the host.
mount --make-rshared /
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run

# The host's files, with room for changes that nobody else sees.
for tree in etc var; do
  mkdir -p "/run/private/$tree/upper" "/run/private/$tree/work"
  layers="lowerdir=/$tree,upperdir=/run/private/$tree/upper,workdir=/run/private/$tree/work"
  mount -t overlay overlay -o "$layers" "/$tree"
done

# What outlives the machine, and must not lie on an overlay.
for tree in lib/containerd lib/kubelet lib/cni log; do
  mkdir -p "$folder/var/$tree"
  # A user's namespaces cannot add to root's folders. What runs in them, a control plane, needs the log alone.
  mkdir -p "/var/$tree" 2>/dev/null || continue
  mount --bind "$folder/var/$tree" "/var/$tree"
done
cp -r "$folder/etc/." /etc/

# A kubelet sets these for the whole machine. Where it finds them set, it leaves the host's alone.
set -- vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1
for setting in "$@" kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  path=${setting%=*}
  mkdir -p "/run/private/sys/${path%/*}"
  echo "${setting#*=}" >"/run/private/sys/$path"
  mount --bind "/run/private/sys/$path" "/proc/sys/$path"
done

keep() {
  while :; do
    "$1" >>"/var/log/${1##*/}.log" 2>&1 || :
    sleep 1
  done
}
for service in "$folder"/services/*; do keep "$service" & done
wait
