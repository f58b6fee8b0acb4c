import fc from "fast-check";
import { expect, test } from "vitest";
import { type MeshSpec, validateMesh } from "../../../components";
import { LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { makeCertificates } from "../../support/mesh-settings";
import { plausibleMeshes, reordered } from "../../support/meshes";
import { runFailingProgram } from "../../support/mocks";

/** Few, since each is a whole program, twice. */
const RUNS = 12;

test("whatever is valid is deployed, and the order of its clusters changes nothing", async () => {
  const valid = plausibleMeshes(await makeCertificates())
    // The mocks know no keys of CAs that were made elsewhere.
    .filter((spec) => spec.ca?.provided === undefined && validateMesh(spec).length === 0)
    .chain(reordered);
  const property = fc.asyncProperty(valid, async ([spec, other]) => {
    const deployed = await deployment(spec);
    expect(deployed.registrations.length).toBeGreaterThan(0);
    expect(deployed.failures.join("\n")).not.toMatch(/undefined|is not a function|not iterable/);
    expect(await deployment(other)).toEqual(deployed);
  });
  await fc.assert(property, { numRuns: RUNS });
});

/** What a program asks for, and what it fails with: one load balancer's kind of address cannot suit every cluster. */
async function deployment(spec: MeshSpec) {
  const { failures, registrations } = await runFailingProgram(() => meshProgram(spec), LOAD_BALANCER);
  return {
    failures: failures.map((failure) => failure.replace(/.*the way to .*, has the address .*/, "address")),
    registrations: registrations.map((own) => ({ ...own, dependsOn: own.dependsOn.toSorted() })),
  };
}
