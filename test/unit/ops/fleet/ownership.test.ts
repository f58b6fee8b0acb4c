import { describe, expect, test } from "vitest";
import { planMesh } from "../../../../components";
import { partsWith } from "../../../../ops/fleet/ownership";
import type { Part } from "../../../../stacks/mesh/split/parts";
import { certificates, deploy } from "../../../support/deploy";
import { deployFleet } from "../../../support/fleet";
import type { Registration } from "../../../support/mocks";
import { rootCertificate } from "../../../support/pki";
import { IMPORTING, mesh, MESHES } from "../../../support/specs";

const SPECS = {
  ...MESHES,
  "imports in place of credentials": IMPORTING,
  "one Secret per observer": mesh(3, { remoteSecrets: { per: "observer", migrating: true } }),
};

const isMoved = ({ type }: Registration) => !type.startsWith("pulumi:providers:");

/** The resource at the top under which each is. */
function tops(registrations: readonly Registration[]): ReadonlyMap<string, Registration> {
  const byUrn = new Map(registrations.map((one) => [one.urn, one]));
  const topOf = (one: Registration): Registration => {
    const parent = byUrn.get(one.parentUrn ?? "");
    return parent === undefined ? one : topOf(parent);
  };
  return new Map(registrations.filter(isMoved).map((one) => [one.urn, topOf(one)]));
}

describe.each(Object.entries(SPECS))("of %s", (_, spec) => {
  test("every resource of one stack goes to the stacks whose program has it", async () => {
    const plan = planMesh(spec);
    const cluster = {
      ...(await certificates()),
      configMapData: { "root-cert.pem": await rootCertificate() },
    };
    const single = await deploy(spec, cluster);
    const registering = new Map<string, Part[]>();
    for (const [part, { registrations }] of await deployFleet(spec, cluster)) {
      for (const { urn } of registrations.filter(isMoved)) {
        registering.set(urn, [...(registering.get(urn) ?? []), part]);
      }
    }
    // The memory of a rotation is another one in one stack, which none is split with.
    const moved = [...tops(single.registrations)].filter(([, { name }]) => !/^root-\d/.test(name));
    expect(moved.length).toBeGreaterThan(20);
    const sorted = (parts: readonly Part[] = []) => [...parts].sort();
    for (const [urn, top] of moved) {
      expect([urn, sorted(partsWith(top, plan))]).toEqual([urn, sorted(registering.get(urn))]);
    }
  });
});

describe("a resource of one stack", () => {
  const plan = planMesh(mesh(2));

  test("is nobody's to move where each stack has its own, or only reads it", () => {
    expect(partsWith({ type: "pulumi:providers:kubernetes", name: "cluster1" }, plan)).toEqual([]);
    expect(partsWith({ type: "pulumi:pulumi:StackReference", name: "org/p/s" }, plan)).toEqual([]);
  });

  test("is its cluster's where it is an ingress gateway", () => {
    const ingress = { type: "istio-multicluster:index:IngressGateway", name: "cluster2-ingress" };
    expect(partsWith(ingress, plan)).toEqual(["cluster/cluster2"]);
  });

  test.each([
    ["istio-multicluster:index:ClusterPrimary", "cluster9"],
    ["istio-multicluster:index:RemoteSecretLink", "cluster1.observes.cluster9"],
    ["pulumi:index:Stash", "root-2-signers"],
    ["kubernetes:core/v1:ConfigMap", "somebody-elses"],
  ])("%s %s is refused, not lost", (type, name) => {
    expect(() => partsWith({ type, name }, plan)).toThrow(/is of no part of the mesh; run pulumi up/);
  });
});
