import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, validateMesh, warningsOf } from "../../../components";
import { credentialSecret } from "../../../components/spec/links/secrets";
import { linkText } from "../../../components/topology/links";
import { TestCa } from "../../support/ca";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, mesh } from "../../support/specs";

const PER_OBSERVER = { remoteSecrets: { per: "observer" } } as const;
const TO_OBSERVER = { remoteSecrets: { per: "observer", migrating: true } } as const;
const TO_LINK = { remoteSecrets: { per: "link", migrating: true } } as const;

const secretsOf = (spec: MeshSpec) => {
  const plan = planMesh(spec);
  return Object.fromEntries(plan.links.map((link) => [linkText(link), credentialSecret(link, plan)]));
};

/** What of istiod's pods changes with the Secrets, by cluster. */
const restarts = (spec: MeshSpec) =>
  Object.fromEntries(
    planMesh(spec).clusters.map(({ name, istiod }) => [name, istiod.values?.["podAnnotations"]]),
  );

describe("a credential is in", () => {
  test("a Secret of its link, or in that of its observer", () => {
    const each = { "cluster1 -> cluster2": "istio-remote-secret-cluster2" };
    expect(secretsOf(mesh(2))).toMatchObject(each);
    expect(secretsOf(mesh(2, TO_LINK))).toMatchObject(each);
    const all = {
      "cluster1 -> cluster2": "istio-remote-secrets",
      "cluster2 -> cluster1": "istio-remote-secrets",
    };
    expect(secretsOf(mesh(2, PER_OBSERVER))).toEqual(all);
    expect(secretsOf(mesh(2, TO_OBSERVER))).toEqual(all);
  });

  test("a Secret of its link in any case, if by it a primary serves a remote or others installed its istiod", async () => {
    const { certificate } = await TestCa.root("Root");
    const clusters = [
      cluster(1),
      cluster(2, { controlPlanes: ["cluster1"] }),
      cluster(3),
      cluster(4, { adopt: ["istiod"], rootCertificate: certificate }),
    ];
    const secrets = secretsOf({ clusters, ...PER_OBSERVER });
    expect(Object.entries(secrets).filter(([, secret]) => secret !== "istio-remote-secrets")).toEqual([
      ["cluster1 -> cluster2", "istio-remote-secret-cluster2"],
      ["cluster4 -> cluster1", "istio-remote-secret-cluster1"],
      ["cluster4 -> cluster2", "istio-remote-secret-cluster2"],
      ["cluster4 -> cluster3", "istio-remote-secret-cluster3"],
    ]);
  });
});

describe("istiod is restarted", () => {
  const observer = { "istio-multicluster/remote-secrets": "observer" };

  test.each([
    ["by the second update to one Secret", mesh(2), TO_OBSERVER, PER_OBSERVER, observer],
    ["by the second update back", mesh(2), TO_LINK, {}, undefined],
  ])("%s, and not by the first", (_, spec, first, second, then) => {
    const former = then === undefined ? observer : undefined;
    expect(restarts({ ...spec, ...first })).toEqual({ cluster1: former, cluster2: former });
    expect(restarts({ ...spec, ...second })).toEqual({ cluster1: then, cluster2: then });
  });

  test("only where it observes something, and annotations of the user stay", () => {
    const values = { podAnnotations: { team: "mesh" } };
    const spec = mesh(2, {
      ...PER_OBSERVER,
      istiod: { values },
      links: [{ observer: "cluster1", observed: "cluster2" }],
    });
    expect(restarts(spec)).toEqual({
      cluster1: { ...observer, team: "mesh" },
      cluster2: { team: "mesh" },
    });
  });
});

const renamed = (changes: Partial<MeshSpec>): MeshSpec => ({
  clusters: [cluster(1), cluster(2, { formerName: "old" })],
  ...changes,
});

const cases: Record<string, RuleCase> = {
  "a renamed cluster in the one Secret of its observer": {
    bad: renamed(PER_OBSERVER),
    path: "clusters[1].formerName",
    message: "from which istiod would drop old before it has read cluster2",
    good: renamed({}),
  },
  "a renamed cluster on its way to one Secret": {
    bad: renamed(TO_OBSERVER),
    path: "clusters[1].formerName",
    message: "remove it if all pods of the cluster were restarted since",
    good: renamed({ ...TO_OBSERVER, links: [{ observer: "cluster2", observed: "cluster1" }] }),
  },
};
testRules(cases);

describe("one Secret per observer is recommended", () => {
  const warnings = (spec: MeshSpec) => warningsOf(spec).filter(({ path }) => path === "remoteSecrets");

  test("for more links than six clusters have, unless something is said", () => {
    expect(warnings(mesh(6))).toEqual([]);
    expect(warnings(mesh(7))).toEqual([
      { path: "remoteSecrets", message: expect.stringContaining("there are 42 Secrets, one per link") },
    ]);
    expect(warnings(mesh(7, { hubs: ["cluster1"] }))).toEqual([]);
    expect(warnings(mesh(7, { remoteSecrets: { per: "link" } }))).toEqual([]);
    expect(warnings(mesh(7, PER_OBSERVER))).toEqual([]);
  });
});

test("Istio's versions that lose a cluster with its kubeconfig are refused while Secrets change, and older ones warned of", () => {
  const at = (version: string, changes: Partial<MeshSpec>) => mesh(2, { istio: { version }, ...changes });
  expect(validateMesh(at("1.30.2", TO_OBSERVER))).toEqual([
    { path: "istio.version", message: expect.stringContaining("forgets a cluster's endpoints as soon as") },
  ]);
  expect(validateMesh(at("1.30.2", PER_OBSERVER))).toEqual([]);
  expect(warningsOf(at("1.29.6", TO_LINK))).toEqual([
    { path: "istio.version", message: expect.stringContaining("keeps a cluster's endpoints as they are") },
  ]);
});
