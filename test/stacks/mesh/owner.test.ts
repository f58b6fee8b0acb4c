import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { MeshSpec } from "../../../components";
import { configureMesh, deployMesh } from "../../../stacks/mesh/library";
import { apiServer, type ServedNamespaces } from "../../support/served-namespaces";
import { find } from "../../support/components";
import { deploy, LOAD_BALANCER } from "../../support/deploy";
import { CA_DATA } from "../../support/kubeconfigs";
import { type Registration, runFailingProgram, runProgram } from "../../support/mocks";
import { rootCertificate } from "../../support/pki";
import { cluster, mesh } from "../../support/specs";

afterEach(() => vi.restoreAllMocks());

const SYSTEM = "istio-system";
const annotationsOf = (registrations: readonly Registration[], name: string) =>
  (find(registrations, `${name}-${SYSTEM}`).inputs["metadata"] as { annotations?: object }).annotations;

/** The program of a mesh over API servers that say this of themselves. */
async function program(spec: MeshSpec, served: readonly ServedNamespaces[], name?: string) {
  const access = await Promise.all(
    spec.clusters.map(async (own, index) => {
      const kubeconfig = await apiServer(own.name, served[index] ?? {});
      const caBundle = Buffer.from(CA_DATA, "base64").toString();
      return [own.name, { kubeconfig, caBundle, loopbackIsShared: true }] as const;
    }),
  );
  return () => deployMesh(configureMesh(spec, Object.fromEntries(access)), name);
}

const touched = (registrations: readonly Registration[]) =>
  new Set(registrations.flatMap(({ type, provider }) => (type.startsWith("kubernetes:") ? [provider] : [])));

test.each([
  ["a primary", mesh(1), "cluster1"],
  ["a remote", { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })] }, "cluster2"],
  [
    "a host",
    { clusters: [cluster(1), cluster(2, { externalControlPlane: { host: "cluster1" } })] },
    "cluster1",
  ],
])("the namespace of %s is marked as this stack's", async (_, spec: MeshSpec, name) => {
  const { registrations } = await deploy(spec);
  expect(annotationsOf(registrations, name)).toMatchObject({
    "istio-multicluster/owner": `istio-multicluster/test/${name}`,
  });
});

test("a namespace that others made is not marked, nor asked whose it is", async () => {
  const clusters = [cluster(1, { adopt: ["istiod"], rootCertificate: await rootCertificate() })];
  const run = await program({ clusters }, [{ "istio-system": { uid: "1", owner: "other/stack/cluster1" } }]);
  const { registrations } = await runProgram(run, LOAD_BALANCER);
  expect(annotationsOf(registrations, "cluster1")).toBeUndefined();
});

const owned = (owner: string, uid = "1") => ({
  "kube-system": { uid },
  "istio-system": { uid: `${uid}0`, owner },
});

test("clusters of this stack, and new ones, are let through", async () => {
  const spec = { clusters: [cluster(1), cluster(2, { formerName: "old" }), cluster(3), cluster(4)] };
  const served = [
    owned("istio-multicluster/test/cluster1", "1"),
    owned("istio-multicluster/test/old", "2"),
    { "kube-system": { uid: "3" } },
    { "kube-system": 403, "istio-system": 403 },
  ];
  const { registrations } = await runProgram(await program(spec, served), {
    ...LOAD_BALANCER,
    preview: true,
  });
  expect(annotationsOf(registrations, "cluster4")).toBeDefined();
});

test.each([
  [
    "another stack's cluster",
    [owned("istio-multicluster/prod/cluster1")],
    undefined,
    "access of clusters[0] (cluster1) reaches an API server whose namespace istio-system belongs to istio-multicluster/prod/cluster1, " +
      "not to istio-multicluster/test/cluster1; two stacks would take each other's control plane away: correct access, " +
      "or take the cluster out of one of the stacks first",
  ],
  [
    "a cluster that had another name",
    [owned("istio-multicluster/test/old")],
    undefined,
    "belongs to istio-multicluster/test/old, not to istio-multicluster/test/cluster1; if it was renamed, set formerName: old",
  ],
  [
    "a cluster of another name in a named mesh",
    [owned("istio-multicluster/test/blue-old")],
    "blue",
    "not to istio-multicluster/test/blue-cluster1; if it was renamed, set formerName: old instead",
  ],
  [
    "a cluster of a mesh that has no name any more",
    [owned("istio-multicluster/test/blue-cluster1")],
    undefined,
    "not to istio-multicluster/test/cluster1; if it was renamed, set formerName: blue-cluster1 instead of making everything " +
      "anew in place; if the mesh was renamed, give deployMesh the name blue again; else correct access (cluster1 is new here)",
  ],
  [
    "a cluster of a mesh that had no name",
    [owned("istio-multicluster/test/cluster1")],
    "blue",
    "not to istio-multicluster/test/blue-cluster1; if the mesh was renamed, give deployMesh no name again; else correct access",
  ],
  [
    "another cluster of the same stack",
    [owned("istio-multicluster/test/cluster2")],
    undefined,
    "that is cluster2 of this stack: correct access of one of the two",
  ],
])("%s is refused at preview, before anything is touched", async (_, served, name, message) => {
  const run = await program(mesh(2), [...served, { "kube-system": { uid: "9" } }], name);
  const { failures, registrations } = await runFailingProgram(run, { ...LOAD_BALANCER, preview: true });
  expect(failures.join("\n")).toContain(message);
  expect(failures.join("\n")).toContain(
    "remove the mark: kubectl annotate namespace istio-system istio-multicluster/owner-",
  );
  expect(touched(registrations)).not.toContain(`${name === undefined ? "" : `${name}-`}cluster1`);
});

test("two entries that reach the same API server are refused", async () => {
  const same = { "kube-system": { uid: "1" } };
  const run = await program(mesh(3), [same, { "kube-system": { uid: "2" } }, same]);
  const { failures } = await runFailingProgram(run, { ...LOAD_BALANCER, preview: true });
  expect(failures.join("\n")).toContain(
    "access of clusters[2] (cluster3) reaches the same API server as access of clusters[0] (cluster1) (kube-system of both " +
      "has the UID 1), so cluster1 and cluster3 would write and delete each other's istio-system; correct the access of " +
      "one of them, or take it out of clusters",
  );
});

test("an API server that cannot be asked is told of, unless it may be unreachable or only refuses to tell", async () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const expired = { "kube-system": 401, "istio-system": 401 };
  const spec = { clusters: [cluster(1), cluster(2), cluster(3, { whenUnreachable: "skip" as const })] };
  const served = [{ "kube-system": 403, "istio-system": 403 }, expired, expired];
  await runProgram(await program(spec, served), { ...LOAD_BALANCER, preview: true });
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    "access of clusters[1] (cluster2): the API server does not accept who asks (HTTP 401); renew the kubeconfig's " +
      "credentials, as by logging in to the cluster anew. As long as that lasts, nobody checks whether it is the right " +
      "cluster, and pulumi up fails where something in it is to change",
  ]);
});

test("a cluster that answers is not to be forgotten, and one that does not is", async () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const forget = { whenUnreachable: "forget" as const };
  const spec = { clusters: [cluster(1, forget), cluster(2, forget)] };
  const served = [{ "kube-system": { uid: "1" } }, { "kube-system": 401, "istio-system": 401 }];
  await runProgram(await program(spec, served), { ...LOAD_BALANCER, preview: true });
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    "access of clusters[0] (cluster1): the API server answers, and whenUnreachable: forget is for one that is gone. With it " +
      "pulumi destroy, or the removal of the cluster, would leave its Helm release istio-base, whose webhook then refuses " +
      "Istio's objects; set whenUnreachable: fail",
  ]);
});

test("a cluster that is yet to be made keeps no other one unknown", async () => {
  const unmade = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
  const kubeconfig = await apiServer("cluster1", { "kube-system": { uid: "1" } });
  const caBundle = Buffer.from(CA_DATA, "base64").toString();
  const access = {
    cluster1: { kubeconfig, caBundle, loopbackIsShared: true },
    cluster2: { kubeconfig: unmade },
  };
  const { registrations } = await runProgram(() => deployMesh(configureMesh(mesh(2), access)), {
    ...LOAD_BALANCER,
    preview: true,
  });
  const kubeconfigOf = (name: string) =>
    find(registrations, name, "providers:kubernetes").inputs["kubeconfig"];
  expect(kubeconfigOf("cluster1")).toContain("http://127.0.0.1");
  expect(kubeconfigOf("cluster2")).not.toContain("http");
});

describe("a namespace that is on its way out", () => {
  const going = { "kube-system": { uid: "1" }, "istio-system": { uid: "10", isGoing: true as const } };
  const previewOf = async (own: object) =>
    runFailingProgram(await program({ clusters: [cluster(1, own)] }, [going]), {
      ...LOAD_BALANCER,
      preview: true,
    });

  test("ends a preview, before anything is made in it", async () => {
    const { failures, registrations } = await previewOf({});
    expect(failures.join("\n")).toContain(
      "access of clusters[0] (cluster1) reaches an API server whose namespace istio-system is being deleted, in which nothing can " +
        "be made any more; wait until it is gone, then run this again (kubectl describe namespace istio-system tells what holds it)",
    );
    expect(touched(registrations)).toEqual(new Set());
  });

  test("does not where its cluster may be left out", async () => {
    expect((await previewOf({ whenUnreachable: "skip" })).failures).toEqual([]);
  });
});
