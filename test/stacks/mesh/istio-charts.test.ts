import { join } from "node:path";
import { major, minor } from "semver";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { MeshSpec } from "../../../components";
import { DEFAULT_ISTIO_VERSION } from "../../../components/defaults";
import type { Manifest } from "../../../components/internal/manifests";
import { baseValues } from "../../../components/values/base";
import { tools } from "../../../lab/toolchain/tools";
import { find } from "../../support/components";
import { envOf, istioCharts, podOf } from "../../support/istio-charts";
import type { Registration } from "../../support/mocks";
import { cluster } from "../../support/specs";

/** Istio's own charts with what this program says, and with nothing of what the lab says besides. */

const { renderer, deployCharts } = istioCharts();
let registrations: Registration[];

/** A primary with a remote, another primary, and a cluster with its control plane in a further one. */
const MESH: MeshSpec = {
  meshId: "mesh2",
  trustDomain: "td.example",
  dnsCapture: true,
  clusterLocal: ["*.monitoring.svc.cluster.local"],
  workloadCertificates: { ttlMinutes: 60 },
  clusters: [
    cluster(1),
    cluster(2, { controlPlanes: ["cluster1"] }),
    cluster(3, { istiod: { replicas: 2 }, gateway: { replicas: 3, minAvailable: "50%" } }),
    cluster(4, { externalControlPlane: { host: "cluster5" } }),
    cluster(5),
  ],
};

beforeAll(async () => {
  ({ registrations } = await deployCharts(MESH));
});

const object = (name: string, kind: string) =>
  find(registrations, name, `:${kind}`).inputs as unknown as Manifest;
const istiodOf = (name: string) => object(`${name}-istiod:istio-system/istiod`, "Deployment");

const dataOf = (name: string, configMap: string, key: string) =>
  parse(
    (object(`${name}-istiod:istio-system/${configMap}`, "ConfigMap")["data"] as Record<string, string>)[
      key
    ] ?? "",
  ) as Record<string, unknown>;

test("adopted CRDs leave the base chart's other objects, of whatever version the chart is", async () => {
  const kinds = async (adoptCrds: boolean) => {
    const path = join(renderer().charts, "base");
    const values = baseValues({}, adoptCrds);
    const manifests = await renderer().render({
      path,
      namespace: "istio-system",
      release_name: "istio-base",
      values,
    });
    return [...new Set(manifests.map(({ kind }) => kind))].sort();
  };
  expect(await kinds(false)).toEqual(["CustomResourceDefinition", "ValidatingWebhookConfiguration"]);
  expect(await kinds(true)).toEqual(["ValidatingWebhookConfiguration"]);
});

// Of a newer patch there may be no charts where tests run.
test("the charts are of the default version, but for the patch", () => {
  const { version } = tools["istio-files"];
  expect([major(version), minor(version)]).toEqual([
    major(DEFAULT_ISTIO_VERSION),
    minor(DEFAULT_ISTIO_VERSION),
  ]);
});

test("no object is there twice in a cluster", () => {
  const objects = registrations
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ type, provider, inputs }) => {
      const { name, namespace = "" } = (inputs["metadata"] ?? {}) as Partial<Manifest["metadata"]>;
      return `${provider} ${type} ${namespace}/${name}`;
    });
  expect(objects.filter((one, index) => objects.indexOf(one) !== index)).toEqual([]);
});

describe("what the program says of istiod arrives", () => {
  test("in its environment", () => {
    expect(envOf(istiodOf("cluster1"))).toMatchObject({
      CLUSTER_ID: "cluster1",
      EXTERNAL_ISTIOD: "true",
      ISTIO_MULTIROOT_MESH: "true",
      DEFAULT_WORKLOAD_CERT_TTL: "60m",
    });
    expect(envOf(istiodOf("cluster3"))).not.toHaveProperty("EXTERNAL_ISTIOD");
    expect(envOf(istiodOf("cluster5"))).toMatchObject({
      CLUSTER_ID: "cluster4",
      LOCAL_CLUSTER_SECRET_WATCHER: "true",
      SHARED_MESH_CONFIG: "istio",
    });
  });

  test("in the mesh's configuration", () => {
    expect(dataOf("cluster1", "istio", "mesh")).toMatchObject({
      trustDomain: "td.example",
      defaultConfig: {
        meshId: "mesh2",
        proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true", SECRET_TTL: "60m", ISTIO_META_DNS_CAPTURE: "true" },
      },
      serviceSettings: [{ settings: { clusterLocal: true }, hosts: ["*.monitoring.svc.cluster.local"] }],
    });
    expect(dataOf("cluster2", "istio", "mesh")).toMatchObject({ trustDomain: "td.example" });
  });

  test("in what proxies are injected with", () => {
    const { global } = dataOf("cluster1", "istio-sidecar-injector", "values") as { global: object };
    expect(global).toMatchObject({
      meshID: "mesh2",
      network: "network1",
      multiCluster: { clusterName: "cluster1" },
      imagePullSecrets: ["pull"],
    });
  });

  test("in its number, which an autoscaler decides unless it is fixed", () => {
    const scalers = registrations.filter(({ type }) => type.endsWith(":HorizontalPodAutoscaler"));
    expect(scalers.map(({ name }) => name.split(":")[0]).sort()).toEqual([
      "cluster1-gateway-chart",
      "cluster1-istiod",
      "cluster2-gateway-chart",
      "cluster4-gateway-chart",
      "cluster5-istiod",
    ]);
    expect(istiodOf("cluster3")["spec"]).toMatchObject({ replicas: 2 });
    const gateway = object("cluster3-gateway-chart:istio-system/istio-eastwestgateway", "Deployment");
    expect(gateway["spec"]).toMatchObject({ replicas: 3 });
    const budget = object("cluster3-gateway-chart:istio-system/istio-eastwestgateway", "PodDisruptionBudget");
    expect(budget["spec"]).toMatchObject({ minAvailable: "50%" });
  });

  test("in webhooks that istiod need not edit, and without Istio's own reader", () => {
    const webhooks = registrations.filter(({ type }) => type.endsWith(":ValidatingWebhookConfiguration"));
    const policies = webhooks.flatMap(({ name, inputs }) =>
      (inputs["webhooks"] as { failurePolicy: string }[]).map(({ failurePolicy }) => [name, failurePolicy]),
    );
    // Nobody gives the CA of the istiod that validates to the API server of a remote.
    const ofRemotes = policies.filter(([, policy]) => policy === "Ignore").map(([name]) => name);
    expect([...new Set(policies.map(([, policy]) => policy))].sort()).toEqual(["Fail", "Ignore"]);
    expect(ofRemotes).toEqual(["cluster2-istiod:istio-validator-istio-system"]);
    const roles = registrations.filter(({ type }) => type.endsWith(":ClusterRole"));
    expect(roles.map(({ name }) => name).filter((name) => name.includes("istio-reader"))).toEqual([]);
  });

  test("in a remote, which has no istiod and is injected by its control plane's", () => {
    const { inputs } = find(
      registrations,
      "cluster2-istiod:istio-sidecar-injector",
      ":MutatingWebhookConfiguration",
    );
    const [webhook] = inputs["webhooks"] as { clientConfig: { service: object } }[];
    expect(webhook?.clientConfig.service).toMatchObject({ path: "/inject/cluster/cluster2/net/network2" });
  });
});

test.each(["cluster1", "cluster2", "cluster3", "cluster4"])(
  "the gateway of %s belongs to its network",
  (name) => {
    const path = `${name}-gateway-chart:istio-system/istio-eastwestgateway`;
    const network = name.replace("cluster", "network");
    const gateway = object(path, "Deployment");
    expect(envOf(gateway)).toMatchObject({ ISTIO_META_REQUESTED_NETWORK_VIEW: network });
    const label = { "topology.istio.io/network": network };
    expect(gateway["spec"]).toMatchObject({ template: { metadata: { labels: label } } });
    expect(object(path, "Service").metadata.labels).toMatchObject(label);
  },
);

/** @see https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls */
const SAFE_SYSCTLS = ["net.ipv4.ip_unprivileged_port_start"];

/** @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

test("a kubelet takes every pod of the charts", () => {
  const deployments = registrations.filter(({ type }) => type.endsWith(":Deployment"));
  expect(deployments.length).toBeGreaterThan(6);
  for (const { name, inputs } of deployments) {
    const { securityContext, containers, initContainers = [], volumes = [], ...pod } = podOf(inputs);
    const sysctls = (securityContext?.sysctls ?? []).map((sysctl) => sysctl.name);
    expect(
      sysctls.filter((sysctl) => !SAFE_SYSCTLS.includes(sysctl)),
      name,
    ).toEqual([]);
    expect(
      volumes.flatMap((volume) => Object.keys(volume)).filter((key) => ![...VOLUMES, "name"].includes(key)),
    ).toEqual([]);
    for (const host of ["hostNetwork", "hostPID", "hostIPC"]) expect(pod, name).not.toHaveProperty(host);
    for (const container of [...containers, ...initContainers]) {
      expect(container.securityContext, name).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
      });
      // Of a user that only the image names, a kubelet cannot tell whether it is root: pilot's says 1337 by number
      // (https://github.com/istio/istio/blob/1.31.0/pilot/docker/Dockerfile.pilot), and proxies are injected with one.
      expect(["discovery", "istio-proxy"], name).toContain(container.name);
    }
  }
  const { templates } = dataOf("cluster1", "istio-sidecar-injector", "config") as {
    templates: { gateway: string };
  };
  expect(templates.gateway).toMatch(/runAsUser: \{\{ \.ProxyUID \| default "1337" \}\}/);
});
