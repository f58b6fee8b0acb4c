import { describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../../components";
import { certificates, deploy } from "../../../support/deploy";
import { deployFleet } from "../../../support/fleet";
import type { Registration } from "../../../support/mocks";
import { rootCertificate } from "../../../support/pki";
import { IMPORTING, importing, mesh, MESHES, service } from "../../../support/specs";

const SPECS: Readonly<Record<string, MeshSpec>> = {
  ...MESHES,
  "three primaries on one network": mesh(3, {
    clusters: [1, 2, 3].map((index) => ({ name: `cluster${index}`, network: "network1" })),
  }),
  "an issuer in each cluster": mesh(2, { ca: { issuer: { name: "pki" } } }),
  "imports in place of credentials": IMPORTING,
  "one Secret per observer": mesh(3, { remoteSecrets: { per: "observer", migrating: true } }),
  "services under names that only gateways know": importing(
    "cluster1>cluster2 cluster1>cluster3",
    [service(), service({ name: "hello", clusters: ["cluster3"] })],
    [{ services: {}, host: "hello.mesh.internal" }],
    { dnsCapture: true },
  ),
};

/** What is in a cluster or signs for one: all that is seen from outside of the stacks. */
function objectsOf(registrations: readonly Registration[]): Record<string, unknown>[] {
  return registrations
    .filter(({ type }) => /^(kubernetes|tls):/.test(type))
    .map(({ type, urn, inputs, secretPaths, protect, provider, replacementTrigger }) => ({
      type,
      urn,
      inputs,
      secretPaths,
      protect,
      provider,
      replacementTrigger,
    }))
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

describe.each(Object.entries(SPECS))("%s, in several stacks", (_, spec) => {
  test("are the objects that one stack makes, under the same names, each made once", async () => {
    const cluster = {
      ...(await certificates()),
      configMapData: { "root-cert.pem": await rootCertificate() },
    };
    const single = await deploy(spec, cluster);
    const fleet = await deployFleet(spec, cluster);
    const parts = [...fleet.values()].flatMap(({ registrations }) => registrations);
    expect(objectsOf(parts)).toEqual(objectsOf(single.registrations));
  });
});
