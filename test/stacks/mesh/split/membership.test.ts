import { beforeAll, describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../../components";
import type { Part } from "../../../../stacks/mesh/split/parts";
import { componentsOf, find } from "../../../support/components";
import { deploy, LOAD_BALANCER } from "../../../support/deploy";
import {
  type DeployedPart,
  deployFleet,
  deployOne,
  fullName,
  partProgram,
  type Told,
} from "../../../support/fleet";
import { runFailingProgram, runProgram } from "../../../support/mocks";
import { isKnown } from "../../../support/outputs";
import { mesh, MESHES } from "../../../support/specs";

const withApps = (size: number, changes: Partial<MeshSpec> = {}) =>
  mesh(size, { sampleApps: { helloworld: { cluster1: ["v1"] } }, ...changes });

describe("a fourth cluster of a mesh in several stacks", () => {
  const told: Told = {};
  let three: ReadonlyMap<Part, DeployedPart>;
  let four: ReadonlyMap<Part, DeployedPart>;

  beforeAll(async () => {
    three = await deployFleet(withApps(3), LOAD_BALANCER, told);
    four = await deployFleet(withApps(4), LOAD_BALANCER, told);
  });

  test("changes nothing in the stack of any other cluster", () => {
    for (const part of ["cluster/cluster1", "cluster/cluster2", "cluster/cluster3"] as const) {
      expect(four.get(part)).toEqual(three.get(part));
    }
  });

  test.each([
    ["trust", ["IntermediateCA cluster4-ca"]],
    [
      "links",
      ["1", "2", "3"].flatMap((other) => [
        `RemoteSecretLink cluster4.observes.cluster${other}`,
        `RemoteSecretLink cluster${other}.observes.cluster4`,
      ]),
    ],
  ] as const)("adds to %s what is its own, and changes nothing of it", (part, expected) => {
    const before = new Map(three.get(part)?.registrations.map((one) => [one.urn, one]));
    const now = four.get(part)?.registrations ?? [];
    expect(now.filter(({ urn }) => before.has(urn))).toEqual([...before.values()]);
    expect(componentsOf(now.filter(({ urn }) => !before.has(urn)))).toEqual([...expected].sort());
  });
});

describe("the stacks of a mesh", () => {
  test("keep nothing of each other: no cluster's has the key of another one, and links has no key", async () => {
    const fleet = await deployFleet(withApps(2));
    for (const part of ["cluster/cluster1", "cluster/cluster2", "links"] as const) {
      const { registrations } = fleet.get(part)!;
      const foreign = part === "cluster/cluster1" ? "cluster2-ca-key" : "cluster1-ca-key";
      const text = JSON.stringify(registrations.map(({ inputs }) => decode(inputs)));
      expect(text).not.toContain(foreign);
      expect(text).not.toContain("root-ca-key");
      expect(registrations.map(({ type }) => type)).not.toContain("pulumi:pulumi:StackReference");
    }
    const own = fleet.get("cluster/cluster1")!.registrations;
    expect(decode(find(own, "cluster1-cacerts").inputs)).toContain("cluster1-ca-key");
  });

  test("fail by the name of the stack that is to be run first", async () => {
    const { failures, registrations } = await runFailingProgram(
      () => partProgram(mesh(2), "cluster/cluster1"),
      LOAD_BALANCER,
    );
    expect(failures.join()).toContain(
      "stack test.trust has not told the CA of cluster1 yet; run it first, by pulumi up --stack test.trust",
    );
    expect(registrations.map(({ name }) => name)).not.toContain("cluster1-cacerts");
  });

  test("preview with what is not told yet as unknown, the plan's resources all the same", async () => {
    const { result, registrations } = await runProgram(() => partProgram(withApps(2), "links"), {
      ...LOAD_BALANCER,
      preview: true,
    });
    expect(componentsOf(registrations)).toEqual([
      "RemoteSecretLink cluster1.observes.cluster2",
      "RemoteSecretLink cluster2.observes.cluster1",
    ]);
    const { cluster1 } = result["gatewayAddresses"] as Record<string, never>;
    expect(await isKnown(cluster1!)).toBe(false);
  });

  test("of a remote take the address of the control plane from its primary's", async () => {
    const told: Told = {};
    const spec = MESHES["a primary and its remote"];
    await deployFleet(spec, LOAD_BALANCER, told);
    const primary = fullName("cluster/cluster1");
    const moved = { ...told, [primary]: { ...told[primary], gatewayAddress: "192.0.2.77" } };
    const { registrations } = await deployOne(spec, "cluster/cluster2", LOAD_BALANCER, moved);
    const slice = registrations.find(({ type }) => type.endsWith(":EndpointSlice"));
    expect(slice?.inputs["endpoints"]).toEqual([{ addresses: ["192.0.2.77"] }]);
  });

  test("leave a reader's former token to the observers, whose Secrets are another stack's", async () => {
    const kept = async (spec: MeshSpec, part: Part) =>
      find((await deployFleet(spec)).get(part)!.registrations, "cluster2-reader-token").retainOnDelete;
    expect(await kept(withApps(2), "cluster/cluster2")).toBe(true);
    // The Secret by which its primary reads it is in the same stack.
    expect(await kept(MESHES["a primary and its remote"], "cluster/cluster2")).toBe(false);
    const { registrations } = await deploy(withApps(2), LOAD_BALANCER);
    expect(find(registrations, "cluster2-reader-token").retainOnDelete).toBe(false);
  });

  test("mark clusters as the mesh's, so that one stack of it may have them later, or had them before", async () => {
    const { registrations } = (await deployFleet(withApps(2))).get("cluster/cluster2")!;
    expect(find(registrations, "cluster2-istio-system").inputs["metadata"]).toMatchObject({
      annotations: { "istio-multicluster/owner": "istio-multicluster/test/cluster2" },
    });
  });
});

/** Inputs as text, what is base64 in them decoded. */
function decode({ data, ...inputs }: Record<string, unknown>): string {
  const files = Object.values((data ?? {}) as Record<string, string>);
  return JSON.stringify(inputs) + files.map((file) => Buffer.from(file, "base64").toString()).join("\n");
}
