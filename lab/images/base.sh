#!/bin/sh
# Finishes the base that mmdebstrap has only unpacked: what the packages' own scripts would do of which images need it.
set -eu
cd "$1"
chroot . /bin/busybox --install -s
for command in iptables ip6tables; do
  for suffix in "" -save -restore; do ln -s "xtables-nft-multi" "usr/sbin/$command$suffix"; done
done
cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt
echo "hosts: files dns" >etc/nsswitch.conf
cat >etc/passwd <<END
root:x:0:0::/root:/bin/sh
curl_user:x:100:101::/home/curl_user:/bin/sh
istio-proxy:x:1337:1337::/home/istio-proxy:/bin/sh
nobody:x:65534:65534::/nonexistent:/bin/false
END
# Python keeps the bytecode of what it imports here; in a container it could not.
PYTHONDONTWRITEBYTECODE= chroot . python3 -c "import flask, gunicorn.app.wsgiapp, gunicorn.workers.ggevent"
rm -rf usr/share/doc usr/share/locale usr/share/man
