import { describe, expect, test } from "vitest";
import { type MeshSpec, validateMesh } from "../../../components";
import { find } from "../../support/components";
import { certificates, deploy, LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { runProgram } from "../../support/mocks";
import { cluster, importing, mesh, MESHES, service } from "../../support/specs";
import { claimed } from "../../support/state";

/** The spec with another name for a cluster wherever it is named. */
function renamed(spec: MeshSpec, from: string, to: string, mark = true): MeshSpec {
  const text = JSON.stringify(spec).replaceAll(`"${from}"`, `"${to}"`);
  const { clusters, ...rest } = JSON.parse(text) as MeshSpec;
  const marked = clusters.map((own) => (own.name === to && mark ? { ...own, formerName: from } : own));
  return { ...rest, clusters: marked };
}

/** Old resources that nothing of the new program goes on with. */
async function deleted(before: MeshSpec, after: MeshSpec, name?: string): Promise<string[]> {
  const mocks = await certificates();
  const { registrations: state } = await runProgram(() => meshProgram(before, name), mocks);
  const { registrations: program } = await runProgram(() => meshProgram(after, name), mocks);
  const kept = claimed(state, program);
  return state.filter(({ urn }) => !kept.has(urn)).map(({ urn }) => urn.split("::").slice(2).join(" "));
}

describe.each(Object.entries<MeshSpec>(MESHES))("a renamed cluster of %s", (title, spec) => {
  // cert-manager's Certificate has the cluster's name, so another one is made before it goes.
  const certificate = (text: string) => title.includes("issuer") && text.endsWith("-cacerts");

  test.each(["cluster1", "cluster2"])("%s keeps every resource that it has", async (from) => {
    const after = renamed(spec, from, "eu");
    expect(validateMesh(after)).toEqual([]);
    expect((await deleted(spec, after)).filter((text) => !certificate(text))).toEqual([]);
    expect((await deleted(spec, after, "blue")).filter((text) => !certificate(text))).toEqual([]);
  });

  test("would lose them without its former name", async () => {
    expect(await deleted(spec, renamed(spec, "cluster2", "eu", false))).toContainEqual(
      expect.stringContaining("Namespace cluster"),
    );
  });
});

test("a cluster that exports or imports keeps what it has of that", async () => {
  const services = [service(), service({ name: "greeter", clusters: ["cluster3"] })];
  const before = importing(
    "cluster1>cluster2 cluster1>cluster3",
    services,
    [{ services: {}, host: "hello.mesh.internal" }],
    { dnsCapture: true },
  );
  for (const from of ["cluster1", "cluster2"]) {
    const after = renamed(before, from, "eu");
    expect(validateMesh(after)).toEqual([]);
    expect(await deleted(before, after)).toEqual([]);
  }
});

test("two clusters can be renamed at once, with the links between them", async () => {
  const before = mesh(2);
  const after = renamed(renamed(before, "cluster1", "eu"), "cluster2", "us");
  expect(await deleted(before, after)).toEqual([]);
});

describe("a cluster that is renamed as its part in the mesh changes", () => {
  const external = MESHES["an external control plane"];
  const policy = "PeerAuthentication";

  test("keeps its namespace", async () => {
    const before = { clusters: [cluster(1), cluster(2, { network: "network1" })] };
    const after = renamed(MESHES["a primary and its remote"], "cluster2", "eu");
    expect((await deleted(before, after)).filter((text) => text.includes("Namespace"))).toEqual([]);
  });

  test.each([
    ["its istiod moves to another cluster", mesh(2), renamed(external, "cluster2", "eu")],
    ["its istiod comes from another cluster", external, renamed(mesh(2), "cluster2", "eu")],
  ])("keeps the mesh-wide policy when %s", async (_, before, after) => {
    const gone = (await deleted(before, after)).filter((text) => text.includes(policy));
    expect(gone.filter((text) => text.includes("cluster2"))).toEqual([]);
  });
});

describe("to the engine a renamed cluster", () => {
  const identifierOf = async (spec: MeshSpec, name: string, stashed: Record<string, string> = {}) => {
    const { registrations } = await deploy(spec, { ...LOAD_BALANCER, stashed });
    return find(registrations, name, "providers:kubernetes").inputs["clusterIdentifier"];
  };

  test("is the same one, also where nothing was recorded of it yet", async () => {
    expect(await identifierOf(renamed(mesh(2), "cluster2", "eu"), "eu")).toBe("cluster2");
  });

  test("stays the same one when formerName is taken out", async () => {
    const spec = renamed(mesh(2), "cluster2", "eu", false);
    expect(await identifierOf(spec, "eu", { "eu.identifier": "cluster2" })).toBe("cluster2");
  });

  test("stays the same one when it is renamed again", async () => {
    const spec = renamed(mesh(2), "cluster2", "eu");
    expect(await identifierOf(spec, "eu", { "eu.identifier": "first" })).toBe("first");
  });
});

describe("proxies that were started under the former name", () => {
  const argumentsOf = async (spec: MeshSpec, clusterName: string) => {
    const { chartCalls } = await deploy(spec);
    return chartCalls.flatMap(({ options }) => {
      const { global, extraContainerArgs = [] } = options["values"] as Values;
      return global?.multiCluster?.clusterName === clusterName ? extraContainerArgs : [];
    });
  };
  interface Values {
    readonly global?: { readonly multiCluster?: { readonly clusterName?: string } };
    readonly extraContainerArgs?: readonly string[];
  }
  const alias = ["--clusterAliases=cluster2=eu"];

  test("are known to their istiod and to no other one", async () => {
    const spec = renamed(mesh(2), "cluster2", "eu");
    expect(await argumentsOf(spec, "eu")).toEqual(alias);
    expect(await argumentsOf(spec, "cluster1")).toEqual([]);
  });

  test("of a remote are known to its control plane", async () => {
    expect(
      await argumentsOf(renamed(MESHES["a primary and its remote"], "cluster2", "eu"), "cluster1"),
    ).toEqual(alias);
  });

  test("are known to an istiod in another cluster, beside its other arguments", async () => {
    const spec = renamed(MESHES["an external control plane"], "cluster2", "eu");
    expect(await argumentsOf(spec, "eu")).toEqual(alias);
    const named = spec.clusters.map((own) =>
      own.externalControlPlane === undefined
        ? own
        : {
            ...own,
            externalControlPlane: {
              ...own.externalControlPlane,
              publicEndpoint: { hostName: "istiod.example.com", certificateSecret: "tls" },
            },
          },
    );
    const given = await argumentsOf({ ...spec, clusters: named }, "eu");
    expect(given).toEqual(expect.arrayContaining([...alias, expect.stringContaining("--tlsCertFile")]));
  });
});

describe("formerName", () => {
  const problems = (...clusters: MeshSpec["clusters"]) =>
    validateMesh({ clusters }).map(({ path, message }) => `${path} ${message}`);

  test.each([
    [
      "is not the present one",
      [cluster(1, { formerName: "cluster1" })],
      "clusters[0].formerName is cluster1, the name that it has; give the one that it had, or remove it",
    ],
    [
      "is no other cluster's name",
      [cluster(1), cluster(2, { formerName: "cluster1" })],
      "clusters[1].formerName is the name of clusters[0]; rename that one too, in an update before this one",
    ],
    [
      "is of one cluster only",
      [cluster(1, { formerName: "old" }), cluster(2, { formerName: "old" })],
      "clusters[1].formerName is already the former name of clusters[0]; remove one of them",
    ],
    [
      "could have been a name",
      [cluster(1, { formerName: "A" })],
      'clusters[0].formerName "A" is not a DNS-1123 label; use lower-case letters, digits and "-", beginning and ending with a letter or digit',
    ],
  ])("%s", (_, clusters, problem) => {
    expect(problems(...clusters)).toEqual([problem]);
  });
});
