import { afterEach, describe, expect, test } from "vitest";
import { findLeavings, refuseWhileDeployed } from "../../../ops/clean";
import { type Answer, ApiServer } from "../../support/api-server";

interface Cluster {
  pods?: object[];
  deployments?: object[];
  crds?: object[];
  gateways?: object[];
  webhooks?: object[];
}

const named = (name: string, namespace: string) => ({ metadata: { name, namespace } });

function crd(name: string, release?: { name: string; namespace: string }) {
  const [plural = "", ...group] = name.split(".");
  return {
    metadata: {
      name,
      labels: release && { "app.kubernetes.io/managed-by": "Helm" },
      annotations: release && {
        "meta.helm.sh/release-name": release.name,
        "meta.helm.sh/release-namespace": release.namespace,
      },
    },
    spec: { group: group.join("."), names: { plural }, versions: [{ name: "v1", storage: true }] },
  };
}

const OURS = { name: "istio-base", namespace: "istio-system" };
const ISTIOD = named("istiod-1", "istio-system");

/** What istiod has left in a cluster, and objects of others beside it. */
function cluster({ pods = [], deployments = [], crds = [], gateways = [], webhooks = [] }: Cluster) {
  const lists: Record<string, object[]> = {
    "/api/v1/pods": pods,
    "/apis/apps/v1/deployments": deployments,
    "/api/v1/configmaps": [
      named("istio-ca-root-cert", "default"),
      named("kube-root-ca.crt", "default"),
      named("istio-leader", "istio-system"),
    ],
    "/apis/coordination.k8s.io/v1/leases": [
      named("istio-status-leader", "istio-system"),
      named("kube-scheduler", "kube-system"),
    ],
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": crds,
    "/apis/networking.istio.io/v1/gateways": gateways,
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": webhooks,
  };
  return (method: string, path: string): Answer => {
    if (method === "DELETE") return { kind: "Status", status: "Success" };
    if (path === "/api/v1/namespaces/other/services/istiod") return { kind: "Service" };
    const items = lists[path];
    return items === undefined ? 404 : { items };
  };
}

describe("findLeavings", () => {
  const servers: ApiServer[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.stop()));

  const mesh = async (...clusters: Cluster[]) => {
    for (const one of clusters) servers.push(await ApiServer.start(cluster(one)));
    return new Map(servers.map((server, index) => [`cluster${index + 1}`, server.kubeConfig()]));
  };
  const changes = () => servers.flatMap((server) => server.changes);

  test("finds what istiod wrote in each cluster, and removes only that", async () => {
    const leavings = await findLeavings(await mesh({}, {}));
    const each = [
      "ConfigMap default/istio-ca-root-cert",
      "ConfigMap istio-system/istio-leader",
      "Lease istio-system/istio-status-leader",
    ];
    expect(leavings.map(({ cluster, object }) => `${cluster} ${object}`)).toEqual([
      ...each.map((object) => `cluster1 ${object}`),
      ...each.map((object) => `cluster2 ${object}`),
    ]);
    expect(changes()).toEqual([]);
    for (const { remove } of leavings) await remove();
    expect(servers[0]?.changes).toEqual([
      "DELETE /api/v1/namespaces/default/configmaps/istio-ca-root-cert",
      "DELETE /api/v1/namespaces/istio-system/configmaps/istio-leader",
      "DELETE /apis/coordination.k8s.io/v1/namespaces/istio-system/leases/istio-status-leader",
    ]);
  });

  test.each([
    ["a pod", { pods: [ISTIOD] }, "Pod istio-system/istiod-1 of cluster2"],
    ["a Deployment without pods", { deployments: [ISTIOD] }, "Deployment istio-system/istiod-1 of cluster2"],
  ])("touches no cluster while a later one has an istiod: %s", async (_, living, where) => {
    // A remote comes before its primary.
    await expect(findLeavings(await mesh({}, living), { crds: true })).rejects.toThrow(
      `istiod is still there as ${where}; destroy the mesh`,
    );
    expect(changes()).toEqual([]);
  });

  test("names a cluster that cannot be read, and touches none", async () => {
    const kubeConfigs = await mesh({}, {});
    servers[1]?.stop();
    await expect(findLeavings(kubeConfigs)).rejects.toThrow(/^cluster cluster2 at http:.*ECONNREFUSED/);
    expect(changes()).toEqual([]);
  });

  test("takes the CRDs of this program only, and says what goes with them", async () => {
    const crds = [
      crd("gateways.networking.istio.io", OURS),
      crd("sidecars.networking.istio.io"),
      crd("virtualservices.networking.istio.io", { name: "base", namespace: "istio-system" }),
      crd("issuers.cert-manager.io", OURS),
    ];
    const kubeConfigs = await mesh({ crds, gateways: [named("a", "shop"), named("b", "shop")] });
    const found = (await findLeavings(kubeConfigs, { crds: true })).map(({ object }) => object);
    expect(found.filter((object) => object.startsWith("Custom"))).toEqual([
      "CustomResourceDefinition gateways.networking.istio.io with 2 objects",
    ]);
    expect(await findLeavings(kubeConfigs)).toHaveLength(found.length - 1);
  });

  test("takes a webhook of istioctl's tags that nobody answers, which would refuse every pod", async () => {
    const webhook = (name: string, clientConfig: object) => ({
      metadata: { name },
      webhooks: [{ name: "namespace.sidecar-injector.istio.io", clientConfig }],
    });
    const webhooks = [
      webhook("istio-revision-tag-default", { service: { name: "istiod", namespace: "istio-system" } }),
      webhook("istio-revision-tag-other", { service: { name: "istiod", namespace: "other" } }),
      webhook("istio-revision-tag-remote", { url: "https://istiod.example/inject" }),
    ];
    const found = await findLeavings(await mesh({ webhooks }));
    expect(found.map(({ object }) => object).filter((object) => object.startsWith("Mutating"))).toEqual([
      "MutatingWebhookConfiguration istio-revision-tag-default",
    ]);
    for (const { remove } of found) await remove();
    expect(changes()).toContain(
      "DELETE /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-revision-tag-default",
    );
  });

  test("minds nothing that somebody else removes meanwhile", async () => {
    const server = await ApiServer.start((method, path) =>
      method === "DELETE" ? 404 : cluster({})(method, path),
    );
    servers.push(server);
    for (const { remove } of await findLeavings(new Map([["cluster1", server.kubeConfig()]]))) await remove();
  });
});

describe("refuseWhileDeployed", () => {
  const urn = (type: string, name: string) => `urn:pulumi:dev::istio-multicluster::${type}::${name}`;
  const state = (urns: string[], pending: string[] = []) => ({
    version: 3,
    deployment: {
      resources: urns.map((resource) => ({ urn: resource })),
      pending_operations: pending.map((resource) => ({ type: "creating", resource: { urn: resource } })),
    },
  });
  const namespace = urn("istio-multicluster:index:ClusterPrimary$kubernetes:core/v1:Namespace", "cluster1-n");

  test("names what a stack still has", () => {
    expect(() => refuseWhileDeployed(state([namespace]), "dev")).toThrow(
      `stack dev still has 1 objects in clusters, for example ${namespace}; run "pulumi destroy --stack dev"`,
    );
    expect(() => refuseWhileDeployed(state([], [namespace]), "dev")).toThrow("still has 1 objects");
  });

  test("lets pass what is in no cluster, such as a protected root", () => {
    const rest = [
      urn("pulumi:pulumi:Stack", "istio-multicluster-dev"),
      urn("istio-multicluster:index:RootCA$tls:index/privateKey:PrivateKey", "root"),
      urn("pulumi:providers:kubernetes", "cluster1"),
    ];
    expect(() => refuseWhileDeployed(state(rest), "dev")).not.toThrow();
    expect(() => refuseWhileDeployed({ version: 3, deployment: {} }, "dev")).not.toThrow();
  });
});
