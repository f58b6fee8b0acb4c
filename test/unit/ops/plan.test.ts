import { describe, expect, test } from "vitest";
import { planMesh } from "../../../components";
import { describePlan } from "../../../ops/plan";
import { hostedMesh } from "../../support/hosted";
import { cluster, importing, links, mesh, service } from "../../support/specs";

const mixed = planMesh({
  clusters: [
    cluster(1),
    cluster(2, { controlPlanes: ["cluster1"] }),
    cluster(3, { network: "network1", istio: { version: "1.30.4" } }),
    cluster(4),
  ],
  links: links("cluster1>cluster3"),
});

describe("a plan, described", () => {
  test("is its clusters and its credentials", () => {
    const text = describePlan(mixed, ["cluster1 -> cluster3", "cluster1 -> cluster2"]);
    expect(text.split("\n").slice(0, 9)).toEqual([
      "cluster   role     network   control plane  gateway ports               Istio",
      "cluster1  primary  network1  cluster1       15021, 15443, 15012, 15017  1.31.1",
      "cluster2  remote   network2  cluster1       15021, 15443                1.31.1",
      "cluster3  primary  network1  cluster3       15021, 15443                1.30.4",
      "cluster4  primary  network4  cluster4       -                           1.31.1",
      "",
      "Credentials: 2 (as deployed), each of an observer for the observed cluster's API",
      "  cluster1 -> cluster3",
      "  cluster1 -> cluster2",
    ]);
  });

  test("counts and lists the credentials that it adds and removes", () => {
    const text = describePlan(mixed, ["cluster1 -> cluster3", "cluster9 -> cluster1"]);
    expect(text.split("\n").slice(6, 10)).toEqual([
      "Credentials: 2 (+1 -1), each of an observer for the observed cluster's API",
      "  cluster1 -> cluster3",
      "+ cluster1 -> cluster2",
      "- cluster9 -> cluster1",
    ]);
  });

  test("tells what each credential allows, once where all allow it", () => {
    const [, allowed = ""] = describePlan(mixed, []).split("What these allow:\n");
    const rows = allowed.split("\n").map((row) => row.split(/ {2,}/));
    expect(rows).toContainEqual(["resource", "verbs", "where", "in the API of"]);
    expect(rows).toContainEqual(["namespaces, nodes, pods, services", "list, watch", "cluster", "all"]);
    expect(rows).toContainEqual(["tokenreviews.authentication.k8s.io", "create", "cluster", "cluster2"]);
    expect(rows).toContainEqual(["configmaps named istio", "list, watch", "istio-system", "all"]);
    expect(rows).toContainEqual(["*.security.istio.io", "list, watch", "cluster", "all"]);
    expect(describePlan(planMesh(mesh(1)), [])).not.toContain("What these allow");
  });

  test("adds every credential to a stack that has none yet", () => {
    expect(describePlan(planMesh(mesh(3)), [])).toContain("Credentials: 6 (+6 -0)");
  });

  test("names what is behind each imported host, and that nobody has a credential for it", () => {
    const plan = planMesh(
      importing(
        "cluster1>cluster2 cluster3>cluster2",
        [service()],
        [
          { services: {}, into: ["cluster1"] },
          { services: {}, into: ["cluster3"], host: "hello.mesh.internal" },
        ],
        { dnsCapture: true },
      ),
    );
    const text = describePlan(plan, []);
    expect(text).toContain("Credentials: 0 (as deployed)");
    expect(text.split("\n").slice(-3)).toEqual([
      "Imports: 2, between 2 pairs of clusters that have no credential",
      "  cluster1  helloworld.sample.svc.cluster.local <- cluster2/helloworld.sample",
      "  cluster3  hello.mesh.internal <- cluster2/helloworld.sample",
    ]);
    expect(describePlan(planMesh(mesh(2)), [])).not.toContain("Imports");
  });

  test("says which pairs have a credential for now, because they migrate", () => {
    const pair = { observer: "cluster1", observed: "cluster2" };
    const plan = planMesh(
      importing("", [service()], [{ services: {} }], {
        links: [pair, { ...pair, kind: "import", migrating: true }],
      }),
    );
    expect(describePlan(plan, [])).toContain(
      "that have no credential, but for cluster1 -> cluster2, which migrate",
    );
  });

  test("ends with its warnings", () => {
    const text = describePlan(planMesh(mesh(1)), [], [{ path: "istio.version", message: "is old" }]);
    expect(text.split("\n").at(-1)).toBe("Warning: istio.version is old");
  });
});

test("a described plan tells host, config cluster and remote apart", () => {
  const rows = describePlan(planMesh(hostedMesh()), []).split("\n").slice(1, 4);
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
    ["cluster1", "host for cluster2", "network1", "cluster1"],
    ["cluster2", "config cluster", "network2", "cluster1"],
    ["cluster3", "remote", "network3", "cluster2"],
  ]);
});
