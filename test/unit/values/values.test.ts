import { describe, expect, test } from "vitest";
import { baseValues } from "../../../components/values/base";
import { locateChart } from "../../../components/values/charts";
import { gatewayValues } from "../../../components/values/gateway";
import { istiodValues } from "../../../components/values/istiod";

const resources = { requests: { cpu: "100m" }, limits: { memory: "1Gi" } };
const tolerations = [{ key: "dedicated", operator: "Exists", effect: "NoSchedule" }] as const;

describe("values of the base chart", () => {
  test("fix the webhook's failure policy, so that istiod's own edit is no drift, and leave out Istio's reader", () => {
    expect(baseValues({})).toEqual({
      base: { validationFailurePolicy: "Fail" },
      global: { enableReaderRBAC: false },
    });
  });

  test("can be overridden", () => {
    expect(baseValues({ values: { base: { excludedCRDs: ["a"] }, defaultRevision: "" } })).toEqual({
      base: { validationFailurePolicy: "Fail", excludedCRDs: ["a"] },
      global: { enableReaderRBAC: false },
      defaultRevision: "",
    });
  });
});

describe("values of the istiod chart", () => {
  const input = {
    clusterName: "cluster1",
    network: "network1",
    meshId: "mesh1",
    trustDomain: "cluster.local",
    imagePullSecrets: [],
  };

  test("name the cluster, its network and its mesh, and nothing that was not asked for", () => {
    expect(istiodValues(input)).toEqual({
      base: { validationFailurePolicy: "Fail" },
      global: {
        meshID: "mesh1",
        multiCluster: { clusterName: "cluster1" },
        network: "network1",
        imagePullSecrets: [],
        enableReaderRBAC: false,
      },
      meshConfig: {
        trustDomain: "cluster.local",
        accessLogFile: "/dev/stdout",
        defaultConfig: { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true" } },
      },
      env: { ISTIO_MULTIROOT_MESH: "true" },
    });
  });

  test("accept certificates of other trust domains without taking them for its own", () => {
    expect(istiodValues({ ...input, foreignTrustDomains: ["bar.com", "baz.com"] })["meshConfig"]).toEqual({
      trustDomain: "cluster.local",
      caCertificates: [{ trustDomains: ["bar.com", "baz.com"] }],
      accessLogFile: "/dev/stdout",
      defaultConfig: { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true" } },
    });
  });

  test("put the name that remotes' API servers use into istiod's certificate", () => {
    expect(istiodValues({ ...input, webhookHostName: "istiod.example.com" })["env"]).toEqual({
      ISTIO_MULTIROOT_MESH: "true",
      ISTIOD_CUSTOM_HOST: "istiod.example.com",
    });
  });

  test("turn the reading of other clusters' Secrets off where that is asked for", () => {
    expect(istiodValues({ ...input, remoteCredentials: false })).toMatchObject({
      env: { ISTIO_MULTIROOT_MESH: "true", PILOT_ENABLE_REMOTE_CREDENTIALS_CONTROLLER: "false" },
    });
  });

  test("carry images, scale, resources and tolerations", () => {
    const values = istiodValues({
      ...input,
      hub: "registry.example/istio",
      tag: "1.31.0",
      imagePullSecrets: ["pull"],
      replicas: 2,
      resources,
      tolerations,
    });
    expect(values).toMatchObject({
      global: { hub: "registry.example/istio", tag: "1.31.0", imagePullSecrets: ["pull"] },
      autoscaleEnabled: false,
      replicaCount: 2,
      resources,
      tolerations,
    });
  });

  test("give way to overrides and keep what these do not name", () => {
    const values = istiodValues({
      ...input,
      values: { env: { A: "1", ISTIO_MULTIROOT_MESH: "false" }, global: { network: "n" } },
    });
    expect(values).toMatchObject({
      env: { A: "1", ISTIO_MULTIROOT_MESH: "false" },
      global: { network: "n", meshID: "mesh1", multiCluster: { clusterName: "cluster1" } },
    });
  });
});

describe("the lifetime of workload certificates", () => {
  const input = {
    clusterName: "cluster1",
    network: "network1",
    meshId: "m",
    trustDomain: "t",
    imagePullSecrets: [],
  };

  test("is what agents ask for, and what istiod gives those that ask for none", () => {
    expect(istiodValues({ ...input, certificateTtlMinutes: 90 })).toMatchObject({
      meshConfig: { defaultConfig: { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true", SECRET_TTL: "90m" } } },
      env: { ISTIO_MULTIROOT_MESH: "true", DEFAULT_WORKLOAD_CERT_TTL: "90m" },
    });
  });
});

describe("values of the gateway chart", () => {
  const input = { network: "network1", imagePullSecrets: [] };

  test("open the status port and 15443 only, without the chart's networkGateway", () => {
    expect(gatewayValues(input)).toEqual({
      name: "istio-eastwestgateway",
      labels: { "topology.istio.io/network": "network1" },
      env: { ISTIO_META_REQUESTED_NETWORK_VIEW: "network1" },
      imagePullSecrets: [],
      service: {
        type: "LoadBalancer",
        ports: [
          { name: "status-port", port: 15021, protocol: "TCP", targetPort: 15021 },
          { name: "tls", port: 15443, protocol: "TCP", targetPort: 15443 },
        ],
        annotations: {},
        loadBalancerSourceRanges: [],
      },
      autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 },
    });
  });

  test("turn the autoscaler off for a fixed count", () => {
    const values = gatewayValues({ ...input, replicas: 3 });
    expect(values).toMatchObject({ replicaCount: 3 });
    expect(values["autoscaling"]).toEqual({ enabled: false });
  });

  test("set the autoscaler's bounds", () => {
    const values = gatewayValues({ ...input, minReplicas: 2, maxReplicas: 9 });
    expect(values["autoscaling"]).toEqual({ enabled: true, minReplicas: 2, maxReplicas: 9 });
    expect(values).not.toHaveProperty("replicaCount");
  });

  test.each([0, 1, "50%"])("set a disruption budget of %s", (minAvailable) => {
    expect(gatewayValues({ ...input, minAvailable })).toMatchObject({
      podDisruptionBudget: { minAvailable },
    });
  });

  test("carry pull secrets, annotations, source ranges, resources and tolerations", () => {
    const values = gatewayValues({
      network: "network1",
      imagePullSecrets: ["pull"],
      serviceAnnotations: { "cloud.example/lb": "internal" },
      sourceRanges: ["192.0.2.0/24"],
      resources,
      tolerations,
    });
    expect(values).toMatchObject({
      imagePullSecrets: [{ name: "pull" }],
      service: {
        annotations: { "cloud.example/lb": "internal" },
        loadBalancerSourceRanges: ["192.0.2.0/24"],
      },
      resources,
      tolerations,
    });
  });

  test("give way to overrides and keep what these do not name", () => {
    const values = gatewayValues({ ...input, values: { service: { type: "NodePort" }, kind: "DaemonSet" } });
    expect(values).toMatchObject({
      kind: "DaemonSet",
      service: { type: "NodePort", loadBalancerSourceRanges: [] },
    });
  });
});

describe("the location of a chart", () => {
  test.each([
    [
      "Istio's Helm repository by default",
      {},
      {
        chart: "istiod",
        version: "1.31.1",
        repositoryOpts: { repo: "https://istio-release.storage.googleapis.com/charts" },
      },
    ],
    [
      "another Helm repository",
      { repository: "https://charts.example" },
      { chart: "istiod", version: "1.31.1", repositoryOpts: { repo: "https://charts.example" } },
    ],
    [
      "an OCI registry",
      { oci: "oci://r.example/charts" },
      { chart: "oci://r.example/charts/istiod", version: "1.31.1" },
    ],
    [
      "an OCI registry with a slash",
      { oci: "oci://r.example/" },
      { chart: "oci://r.example/istiod", version: "1.31.1" },
    ],
    ["a folder of the project", { folder: "charts" }, { chart: "./charts/istiod" }],
    ["a folder given with a dot", { folder: "./.lab/charts/" }, { chart: "./.lab/charts/istiod" }],
    ["a folder beside the project", { folder: "../charts" }, { chart: "../charts/istiod" }],
    ["an absolute folder", { folder: "/srv/charts" }, { chart: "/srv/charts/istiod" }],
  ])("is %s", (_, source, location) => {
    expect(locateChart("istiod", source, "1.31.1")).toEqual(location);
  });
});

describe("istiod is told", () => {
  const input = { clusterName: "c", network: "n", meshId: "m", trustDomain: "td", imagePullSecrets: [] };

  test("which hosts are cluster-local", () => {
    expect(istiodValues({ ...input, clusterLocal: ["*.shop.svc.cluster.local"] })).toMatchObject({
      meshConfig: {
        serviceSettings: [{ settings: { clusterLocal: true }, hosts: ["*.shop.svc.cluster.local"] }],
      },
    });
    expect(istiodValues({ ...input, clusterLocal: [] })).not.toHaveProperty("meshConfig.serviceSettings");
  });

  test("that proxies answer DNS queries", () => {
    expect(istiodValues({ ...input, dnsCapture: true })).toMatchObject({
      meshConfig: { defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } } },
    });
  });
});
