// Regenerates components/objects/imports from files of CRDs:
//   node scripts/import-crds.mjs <Istio's base chart>/files/crd-all.gen.yaml
//   node scripts/import-crds.mjs <cert-manager>/deploy/crds/crd-certificates.yaml
//   node scripts/import-crds.mjs <spire-controller-manager>/config/crd/bases/*.yaml
// Only the kinds that this program writes, and of those one version: Istio's whole set is 1.3 MB of TypeScript.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";

const KINDS = [
  "Certificate",
  "ClusterFederatedTrustDomain",
  "ClusterSPIFFEID",
  "DestinationRule",
  "Gateway",
  "PeerAuthentication",
  "ServiceEntry",
  "VirtualService",
];

/** Of Istio and cert-manager, and of SPIRE's controller manager. */
const VERSIONS = ["v1", "v1alpha1"];

const sources = process.argv.slice(2);
if (sources.length === 0) throw new Error("usage: node scripts/import-crds.mjs <files of CRDs>");

const only = (versions) => {
  const wanted = VERSIONS.find((name) => versions.some((version) => version.name === name));
  return versions.filter((version) => version.name === wanted);
};

const crds = sources
  .flatMap((source) => parseAllDocuments(readFileSync(source, "utf8")))
  .map((document) => document.toJS())
  .filter((crd) => KINDS.includes(crd?.spec?.names?.kind))
  .map((crd) => ({
    ...crd,
    spec: { ...crd.spec, versions: only(crd.spec.versions) },
  }));

const folder = mkdtempSync(join(tmpdir(), "import-crds-"));
try {
  const file = join(folder, "crds.yaml");
  writeFileSync(file, crds.map((crd) => stringify(crd)).join("---\n"));
  execFileSync("cdk8s", ["import", file, "-l", "typescript", "-o", "components/objects/imports"], {
    stdio: "inherit",
  });
} finally {
  rmSync(folder, { recursive: true });
}
