// Regenerates components/objects/imports from files of CRDs:
//   node scripts/import-crds.mjs <Istio's base chart>/files/crd-all.gen.yaml
//   node scripts/import-crds.mjs <cert-manager>/deploy/crds/crd-certificates.yaml
// Only the kinds that this program writes, and of those only v1: Istio's whole set is 1.3 MB of TypeScript.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";

const KINDS = [
  "Certificate",
  "DestinationRule",
  "Gateway",
  "PeerAuthentication",
  "ServiceEntry",
  "VirtualService",
];

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("usage: node scripts/import-crds.mjs <file of CRDs>");

const crds = parseAllDocuments(readFileSync(source, "utf8"))
  .map((document) => document.toJS())
  .filter((crd) => KINDS.includes(crd?.spec?.names?.kind))
  .map((crd) => ({
    ...crd,
    spec: { ...crd.spec, versions: crd.spec.versions.filter((version) => version.name === "v1") },
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
