#!/bin/sh
# Brings node_modules to the lockfile's state, so that the README's commands run on a fresh clone.
set -eu
cd "$(dirname "$0")/.."
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  # The lockfile fixes the content; there is no need to ask the registry again for what the cache has.
  # An npm of an older Node warns of every package that wants a newer one. The scripts run under the newer one, which is
  # a package too.
  npm ci --prefer-offline --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
