import { afterEach, describe, expect, test } from "vitest";
import { planMesh } from "../../../components/spec/mesh/plan";
import type { MeshSpec } from "../../../components/spec/types";
import { verifyMesh } from "../../../verify";
import { documentedObjects } from "../../support/documented-objects";
import { type ApiCall, FakeMesh } from "../../support/fake-mesh";
import { cluster, importLinks, mesh, service } from "../../support/specs";

interface Rule {
  readonly apiGroups?: string[];
  readonly resources?: string[];
  readonly resourceNames?: string[];
  readonly nonResourceURLs?: string[];
  readonly verbs: string[];
}

interface DocumentedRole {
  readonly kind: "Role" | "ClusterRole";
  readonly metadata: { readonly namespace?: string };
  readonly rules: Rule[];
}

const roles = documentedObjects<DocumentedRole>("verify.md");

/** One right of the page: a verb on a resource. */
interface Right {
  readonly name: string;
  readonly covers: (call: ApiCall) => boolean;
}

const rights = roles.flatMap(({ metadata: { namespace }, rules }) =>
  rules.flatMap((rule) =>
    rule.verbs.flatMap((verb) =>
      [...(rule.resources ?? []), ...(rule.nonResourceURLs ?? [])].map((resource): Right => ({
        name: `${verb} ${resource}${namespace === undefined ? "" : ` in ${namespace}`}`,
        covers: (call) =>
          call.verb === verb &&
          call.resource === resource &&
          (rule.apiGroups ?? [""]).includes(call.group) &&
          (rule.resourceNames?.includes(call.name ?? "") ?? true) &&
          (namespace === undefined || namespace === call.namespace),
      })),
    ),
  ),
);

let fake: FakeMesh;
afterEach(() => fake.stop());

/** Verifies with the documented rights alone. @returns the rights that were used */
async function used(spec: MeshSpec): Promise<Set<string>> {
  fake = await FakeMesh.start(planMesh(spec));
  const names = new Set<string>();
  for (const { name } of fake.plan.clusters) {
    fake.cluster(name).rights = (call) => {
      const covering = rights.filter(({ covers }) => covers(call));
      for (const right of covering) names.add(right.name);
      return covering.length > 0;
    };
  }
  const { checks } = await verifyMesh(fake.plan, fake.access);
  expect(checks.filter(({ couldNotLook }) => couldNotLook)).toEqual([]);
  return names;
}

const HELLOWORLD = { cluster1: ["v1"], cluster2: ["v2"] };

describe("the rights in docs/verify.md", () => {
  test("are enough, and each is needed, by one kind of mesh or another", async () => {
    const plain = await used(mesh(2, { sampleApps: { helloworld: HELLOWORLD } }));
    await fake.stop();
    const external = await used({
      clusters: [cluster(1), cluster(2, { externalControlPlane: { host: "cluster1" } })],
      sampleApps: { helloworld: { cluster2: ["v1"] } },
    });
    await fake.stop();
    const issued = await used(mesh(2, { ca: { issuer: { name: "corporate", cluster: "cluster1" } } }));
    await fake.stop();
    const importing = await used(
      mesh(2, {
        links: importLinks("cluster1>cluster2 cluster2>cluster1"),
        services: [service({ clusters: ["cluster1", "cluster2"] })],
        imports: [{ services: {} }],
        sampleApps: { helloworld: HELLOWORLD },
      }),
    );
    await fake.stop();
    const spire = await used(mesh(2, { identity: { provider: "spire" } }));
    expect([...importing].filter((name) => !plain.has(name))).toEqual([]);
    expect([...plain].filter((name) => /create pods in|istio-multicluster-ca/.test(name))).toEqual([]);
    const all = new Set([...plain, ...external, ...issued, ...spire]);
    expect([...all].sort()).toEqual(rights.map(({ name }) => name).sort());
  });

  test("that are missing are named, as what could not be looked at", async () => {
    fake = await FakeMesh.start(planMesh(mesh(2, { sampleApps: { helloworld: HELLOWORLD } })));
    fake.cluster("cluster2").rights = ({ resource }) => resource !== "pods/exec";
    const { result, checks } = await verifyMesh(fake.plan, fake.access);
    expect(result).toBe("could-not-look");
    const failed = checks.filter(({ status }) => status === "failed");
    expect(failed.map(({ check }) => check)).toContain("signer");
    for (const { detail } of failed) expect(detail).toContain('"create" and "get" on pods/exec');
  });
});
