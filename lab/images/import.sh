#!/bin/sh
# Unpacks an archive of images into a new root folder of containerd: import.sh ARCHIVE FOLDER, in namespaces of its own.
set -eu
# For containerd's state and socket: one that the machine runs is not touched.
mount -t tmpfs tmpfs /run
cat >/run/config.toml <<END
version = 2
root = "$2"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[debug]
level = "error"
END
containerd --config /run/config.toml &
until ctr version >/run/version 2>&1; do
  kill -0 $!
  sleep 0.1
done
ctr --namespace k8s.io images import "$1"
kill $!
wait $!
# What the mounts of a user without root leave behind: folders that the user could not even look into.
rm -rf "$2"/io.containerd.snapshotter.v1.overlayfs/snapshots/*/work/work
