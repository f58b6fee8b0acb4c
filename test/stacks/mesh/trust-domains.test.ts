import { describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../components";
import { istiodCall } from "../../support/components";
import { certificates, deploy, LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { runFailingProgram } from "../../support/mocks";
import { cluster, mesh, MESHES } from "../../support/specs";

const TWO: MeshSpec = {
  clusters: [cluster(1, { trustDomain: "foo.com" }), cluster(2, { trustDomain: "bar.com" })],
};

const meshConfigOf = async (spec: MeshSpec, name: string) => {
  const { chartCalls } = await deploy(spec);
  const { values } = istiodCall(chartCalls, name).options as { values: { meshConfig: object } };
  return values.meshConfig;
};

test("each istiod has its own trust domain, and accepts the others without an alias", async () => {
  const own = await meshConfigOf(TWO, "cluster1");
  expect(own).toMatchObject({ trustDomain: "foo.com", caCertificates: [{ trustDomains: ["bar.com"] }] });
  expect(own).not.toHaveProperty("trustDomainAliases");
  expect(await meshConfigOf(TWO, "cluster2")).toMatchObject({
    trustDomain: "bar.com",
    caCertificates: [{ trustDomains: ["foo.com"] }],
  });
});

test("an istiod in another cluster has the trust domain of the cluster that it serves", async () => {
  const external: MeshSpec = {
    clusters: [
      cluster(1),
      cluster(2, { trustDomain: "bar.com", externalControlPlane: { host: "cluster1" } }),
      cluster(3, { trustDomain: "foo.com" }),
    ],
  };
  expect(await meshConfigOf(external, "cluster2")).toMatchObject({
    trustDomain: "bar.com",
    caCertificates: [{ trustDomains: ["foo.com"] }],
  });
});

describe("a mesh of one trust domain is deployed as ever", () => {
  test.each(Object.entries(MESHES))("%s", async (_, spec: MeshSpec) => {
    const named: MeshSpec = {
      ...spec,
      clusters: spec.clusters.map((own) =>
        spec.clusters.some(({ externalControlPlane }) => externalControlPlane?.host === own.name)
          ? own
          : { ...own, trustDomain: "cluster.local" },
      ),
    };
    const issued = await certificates();
    const [before, after] = [await deploy(spec, issued), await deploy(named, issued)];
    expect(after.chartCalls).toEqual(before.chartCalls);
    expect(after.registrations.map(({ urn }) => urn)).toEqual(before.registrations.map(({ urn }) => urn));
    expect(JSON.stringify(after.chartCalls)).not.toContain("caCertificates");
  });
});

describe("of a deployed mesh", () => {
  test.each([
    ["given to", TWO, "nothing", "from cluster.local to foo.com"],
    ["taken from", mesh(2), "nothing; trust domain foo.com", "from foo.com to cluster.local"],
    ["changed in", TWO, "nothing; trust domain baz.com", "from baz.com to foo.com"],
  ])("a trust domain cannot be %s a cluster", async (_, spec, record, change) => {
    const { failures, registrations } = await runFailingProgram(() => meshProgram(spec), {
      ...LOAD_BALANCER,
      stashed: { "cluster1.unchangeable": record },
      preview: true,
    });
    expect(failures.join("\n")).toContain(`trustDomain of cluster cluster1 cannot change ${change}`);
    const touched = registrations.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(touched.filter(({ provider }) => provider === "cluster1")).toEqual([]);
  });

  test("one that stays is no change", async () => {
    const stashed = { "cluster1.unchangeable": "nothing; trust domain foo.com" };
    await expect(deploy(TWO, { ...LOAD_BALANCER, stashed })).resolves.toBeDefined();
  });
});

test("what other stacks may import is told with the cluster's trust domain", async () => {
  const services: MeshSpec["services"] = [
    {
      name: "web",
      namespace: "shop",
      ports: [{ name: "http", port: 80 }],
      clusters: ["cluster2"],
      exported: true,
    },
  ];
  const { result } = await deploy({ ...TWO, services });
  expect(result.exports?.["cluster2"]).toMatchObject({ trustDomain: "bar.com" });
});
