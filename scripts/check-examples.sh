#!/bin/sh
# Type-checks the examples against the package that `npm run build` makes. Apart from `npm test`: the clouds' SDKs are large.
set -eu
cd "$(dirname "$0")/.."
npm run build
tsc=$PWD/node_modules/.bin/tsc
for example in examples/*/; do
  echo "$example"
  (
    cd "$example"
    # A package of the same version is not looked at again, whatever is in it.
    rm -rf node_modules/istio-multicluster
    npm install --ignore-scripts --prefer-offline --no-audit --no-fund
    "$tsc" --noEmit
  )
done
# What other repositories do besides: Pulumi's own template resolves modules as Node.js 10 did, which knows no exports, and
# checks the declarations of packages, without esModuleInterop.
cd examples/federation
"$tsc" --noEmit --module commonjs --moduleResolution node10 --skipLibCheck false --esModuleInterop false
node --eval 'require("istio-multicluster").ClusterPrimary.name; require("istio-multicluster/mesh").deployMesh.name'
node --input-type=module --eval '
  import { ClusterPrimary } from "istio-multicluster";
  import { deployMesh } from "istio-multicluster/mesh";
  console.log("imported:", ClusterPrimary.name, deployMesh.name);
'
