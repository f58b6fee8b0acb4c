// Regenerates components/charts/imports from an Istio base chart: node scripts/import-crds.mjs <chart folder>/base
// Only the kinds that this program writes, and of those only v1: the whole set is 1.3 MB of TypeScript.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";

const KINDS = ["DestinationRule", "Gateway", "PeerAuthentication", "VirtualService"];

const [baseChart] = process.argv.slice(2);
if (baseChart === undefined)
  throw new Error("usage: node scripts/import-crds.mjs <folder of Istio's base chart>");

const crds = parseAllDocuments(readFileSync(join(baseChart, "files/crd-all.gen.yaml"), "utf8"))
  .map((document) => document.toJS())
  .filter((crd) => KINDS.includes(crd?.spec?.names?.kind))
  .map((crd) => ({
    ...crd,
    spec: { ...crd.spec, versions: crd.spec.versions.filter((version) => version.name === "v1") },
  }));

const folder = mkdtempSync(join(tmpdir(), "import-crds-"));
try {
  const file = join(folder, "istio.yaml");
  writeFileSync(file, crds.map((crd) => stringify(crd)).join("---\n"));
  execFileSync("cdk8s", ["import", file, "-l", "typescript", "-o", "components/charts/imports"], {
    stdio: "inherit",
  });
} finally {
  rmSync(folder, { recursive: true });
}
