import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh } from "../../../../components";
import { parsePart, reachOf, stackOf, wavesOf } from "../../../../stacks/mesh/split/parts";
import { cluster, importing, mesh, MESHES, service } from "../../../support/specs";

const wavesFor = (spec: MeshSpec) =>
  Object.fromEntries(wavesOf(planMesh(spec)).map(({ name, parts }) => [name, parts]));

describe("the parts of a mesh", () => {
  test("are what signs, each cluster, primaries before the remotes that they serve, and the links", () => {
    expect(wavesFor(MESHES["a primary and its remote"])).toEqual({
      trust: ["trust"],
      primaries: ["cluster/cluster1"],
      remotes: ["cluster/cluster2"],
      links: ["links"],
    });
  });

  test("of an external control plane have host and config cluster in one", () => {
    const plan = planMesh(MESHES["an external control plane"]);
    expect(wavesFor(MESHES["an external control plane"])["primaries"]).toEqual(["cluster/cluster2"]);
    expect(reachOf("cluster/cluster2", plan)).toEqual({ own: ["cluster2", "cluster1"], others: [] });
  });

  test.each<[string, MeshSpec, boolean]>([
    ["a root that is generated", mesh(2), true],
    ["an issuer in one cluster", MESHES["an issuer in one cluster"], true],
    ["an issuer in each cluster", mesh(2, { ca: { issuer: { name: "pki" } } }), false],
    ["CAs that are all there", mesh(1, { clusters: [cluster(1, { adopt: ["cacerts"] })] }), false],
    [
      "nothing but requests",
      {
        clusters: [],
        ca: { provided: { rootCertificate: "", intermediates: {}, signingRequests: { a: 1 } } },
      },
      true,
    ],
  ])("with %s: whether something has to sign", (_, spec, expected) => {
    expect("trust" in wavesFor(spec)).toBe(expected);
  });

  test("reach no more clusters than they write to", () => {
    const remote = planMesh(MESHES["a primary and its remote"]);
    expect(reachOf("trust", remote)).toEqual({ own: [], others: [] });
    expect(reachOf("cluster/cluster1", remote)).toEqual({ own: ["cluster1"], others: [] });
    // The Secret by which its primary reads it is in the primary.
    expect(reachOf("cluster/cluster2", remote)).toEqual({ own: ["cluster2"], others: ["cluster1"] });
    expect(reachOf("links", remote).others).toEqual([]);
    const issuer = planMesh(MESHES["an issuer in one cluster"]);
    expect(reachOf("trust", issuer)).toEqual({ own: ["cluster1"], others: [] });
    expect(reachOf("links", issuer)).toEqual({ own: [], others: ["cluster1", "cluster2"] });
    const imports = planMesh(importing("cluster1>cluster2", [service()], [{ services: {} }]));
    expect(reachOf("links", imports).others).toEqual(["cluster1"]);
  });

  test("have a stack each, whose name no other part can have", () => {
    expect(["trust", "links", "cluster/trust"].map((part) => stackOf("prod", part as "trust"))).toEqual([
      "prod.trust",
      "prod.links",
      "prod.cluster.trust",
    ]);
  });

  test.each<[string, MeshSpec, RegExp]>([
    [
      "root",
      mesh(2),
      /^is root, which is no part of a mesh; the parts of this mesh are trust, cluster\/cluster1,/,
    ],
    ["cluster/cluster9", mesh(2), /but the mesh has no cluster "cluster9"; .*cluster\/cluster2, links$/],
    ["cluster/", mesh(2), /the mesh has no cluster ""/],
    [
      "cluster/cluster1",
      MESHES["an external control plane"],
      /which only runs the istiod of cluster2, and is in the stack of that one/,
    ],
    ["trust", mesh(2, { ca: { issuer: { name: "pki" } } }), /nothing signs for several clusters/],
  ])("are not %s", (text, spec, message) => {
    expect(() => parsePart(text, planMesh(spec))).toThrow(message);
  });
});
