import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ClusterPrimary, type ClusterPrimaryArgs, type ReaderPlan } from "../../components";
import { istiodValues } from "../../components/values/istiod";
import { chartCall, decoded, find, listOf, outsideProvider, testProvider } from "../support/components";
import { type MockCluster, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

const READER: ReaderPlan = {
  tokenSecret: "istio-multicluster-reader-token",
  rules: [
    { apiGroup: "", resources: ["pods"], verbs: ["list", "watch"], scope: "cluster", feature: "endpoints" },
    {
      apiGroup: "",
      resources: ["configmaps"],
      resourceNames: ["istio"],
      verbs: ["list"],
      scope: "istio-system",
      feature: "trust domain",
    },
  ],
};

const deploy = (changes: Partial<ClusterPrimaryArgs> = {}, cluster: MockCluster = {}) =>
  runProgram(
    () =>
      new ClusterPrimary(
        "cluster1",
        {
          clusterName: "cluster1",
          network: "network1",
          caCertificate: "ca certificate",
          caPrivateKey: "ca key",
          certificateChain: "chain",
          rootCertificate: "root",
          reader: READER,
          ...changes,
        },
        { provider: testProvider() },
      ),
    cluster,
  );

const NO_CA = {
  caCertificate: undefined,
  caPrivateKey: undefined,
  certificateChain: undefined,
  rootCertificate: undefined,
} as unknown as Partial<ClusterPrimaryArgs>;

const REPOSITORY = "https://istio-release.storage.googleapis.com/charts";
const TOKEN_NAME = "istio-multicluster-reader-token";

describe("ClusterPrimary", () => {
  test("is namespace, CA, charts, mesh policy and reader, all its own and under its provider", async () => {
    const { registrations } = await deploy();
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ClusterPrimary cluster1",
      "istio-multicluster:index:HelmChart cluster1-istiod",
      "kubernetes:apps/v1:Deployment cluster1-istiod:istio-system/istiod",
      "kubernetes:core/v1:ConfigMap cluster1-istiod:istio-system/istio",
      "kubernetes:core/v1:Namespace cluster1-istio-system",
      "kubernetes:core/v1:Secret cluster1-cacerts",
      "kubernetes:core/v1:Secret cluster1-reader-token",
      "kubernetes:core/v1:Service cluster1-istiod:istio-system/istiod",
      "kubernetes:core/v1:ServiceAccount cluster1-istiod:istio-system/istiod",
      "kubernetes:core/v1:ServiceAccount cluster1-reader",
      "kubernetes:helm.sh/v3:Release cluster1-base",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole cluster1-istiod:istio-reader-clusterrole-istio-system",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole cluster1-reader",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding cluster1-reader",
      "kubernetes:rbac.authorization.k8s.io/v1:Role cluster1-reader",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding cluster1-reader",
      "kubernetes:security.istio.io/v1:PeerAuthentication cluster1:istio-system/default",
    ]);
    for (const { name, parent } of registrations.filter(({ type }) => type.startsWith("kubernetes:"))) {
      expect([name, parent]).toEqual([
        name,
        name.startsWith("cluster1-istiod:") ? "cluster1-istiod" : "cluster1",
      ]);
    }
    expect(find(registrations, "cluster1-istiod").parent).toBe("cluster1");
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("makes things in the order in which they need each other", async () => {
    const { registrations } = await deploy();
    const dependsOn = (name: string, type?: string) => find(registrations, name, type).dependsOn;
    const namespace = "Namespace cluster1-istio-system";
    expect(dependsOn("cluster1-cacerts")).toEqual([namespace]);
    expect(dependsOn("cluster1-base")).toEqual([namespace]);
    expect(dependsOn("cluster1-istiod")).toEqual([
      namespace,
      "Release cluster1-base",
      "Secret cluster1-cacerts",
    ]);
    expect(dependsOn("cluster1-istiod:istio-system/istiod", "Deployment")).toEqual([
      "ClusterRole cluster1-istiod:istio-reader-clusterrole-istio-system",
      "ConfigMap cluster1-istiod:istio-system/istio",
      "ServiceAccount cluster1-istiod:istio-system/istiod",
    ]);
    expect(dependsOn("cluster1:istio-system/default")).toEqual([
      "ClusterRole cluster1-istiod:istio-reader-clusterrole-istio-system",
      "ConfigMap cluster1-istiod:istio-system/istio",
      "Deployment cluster1-istiod:istio-system/istiod",
      "Service cluster1-istiod:istio-system/istiod",
      "ServiceAccount cluster1-istiod:istio-system/istiod",
    ]);
    expect(dependsOn("cluster1-reader", "ServiceAccount")).toEqual([namespace]);
    expect(dependsOn("cluster1-reader-token")).toEqual([
      "ClusterRole cluster1-reader",
      "ClusterRoleBinding cluster1-reader",
      namespace,
      "Role cluster1-reader",
      "RoleBinding cluster1-reader",
      "ServiceAccount cluster1-reader",
    ]);
  });

  test.each([
    [
      "a mode that Istio would take for PERMISSIVE",
      { mtls: "strict" },
      'mtls is "strict"; use STRICT or PERMISSIVE',
    ],
    ["no CA", NO_CA, "cluster1 has no CA; give caCertificate,"],
    [
      "two CAs",
      { caIssuer: { name: "vault" } },
      "cluster1 has more than one CA: caCertificate and caIssuer; give caCertificate,",
    ],
    [
      "an unknown algorithm for cert-manager",
      { ...NO_CA, caIssuer: { name: "vault", algorithm: "RSA-2048" } },
      'CA key algorithm "RSA-2048" is unknown; use one of ECDSA-P256, ECDSA-P384, RSA-4096',
    ],
  ])("refuses %s", async (_, changes, message) => {
    await expect(deploy(changes)).rejects.toThrow(message);
    await pulumi.runtime.disconnect();
  });

  test("leaves a CA that is there to whoever made it, if that is said", async () => {
    const { registrations } = await deploy({ ...NO_CA, adoptCacerts: true });
    expect(listOf(registrations).filter((text) => text.includes("cacerts"))).toEqual([]);
  });

  test("makes the Secrets by which its images are pulled before it needs them", async () => {
    const docker = '{"auths":{}}';
    const { registrations } = await deploy({
      istio: { imagePullSecrets: ["registry"], imagePullCredentials: { registry: docker } },
    });
    const secret = find(registrations, "cluster1-pull-secret:registry");
    expect(secret.inputs).toMatchObject({
      metadata: { name: "registry", namespace: "istio-system" },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": docker },
    });
    expect(secret.secretPaths).not.toEqual([]);
    expect(secret.dependsOn).toEqual(["Namespace cluster1-istio-system"]);
    expect(find(registrations, "cluster1-istiod").dependsOn).toContain(
      "Secret cluster1-pull-secret:registry",
    );
  });

  test("labels its namespace with its network", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster1-istio-system").inputs).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "istio-system", labels: { "topology.istio.io/network": "network1" } },
    });
  });

  test("plugs in its CA under the names that istiod reads, all of it secret", async () => {
    const { registrations } = await deploy();
    const { inputs, secretPaths } = find(registrations, "cluster1-cacerts");
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "cacerts", namespace: "istio-system" },
      data: expect.anything(),
    });
    expect(decoded(inputs["data"])).toEqual({
      "ca-cert.pem": "ca certificate",
      "ca-key.pem": "ca key",
      "cert-chain.pem": "chain",
      "root-cert.pem": "root",
    });
    expect(secretPaths).toEqual(["data"]);
  });

  test("lets no key into chart values", async () => {
    const { registrations, chartCalls } = await deploy({ caPrivateKey: pulumi.secret("ca key") });
    for (const name of ["cluster1-base", "cluster1-istiod"]) {
      const chart = find(registrations, name);
      expect(chart.secretPaths).toEqual([]);
      expect(JSON.stringify(chart.inputs)).not.toContain("ca key");
    }
    expect(chartCalls).toHaveLength(1);
    expect(JSON.stringify(chartCalls)).not.toContain("ca key");
  });

  test("installs base and istiod of one version", async () => {
    const { registrations, chartCalls } = await deploy();
    expect(find(registrations, "cluster1-base").inputs).toMatchObject({
      chart: "base",
      version: "1.31.1",
      repositoryOpts: { repo: REPOSITORY },
      name: "istio-base",
      namespace: "istio-system",
      values: { base: { validationFailurePolicy: "Fail" } },
    });
    expect(chartCall(chartCalls, "istiod").options).toEqual({
      kube_version: expect.any(String),
      chart: "istiod",
      version: "1.31.1",
      fetch_opts: { repo: REPOSITORY },
      namespace: "istio-system",
      release_name: "istiod",
      values: istiodValues({
        clusterName: "cluster1",
        network: "network1",
        meshId: "mesh1",
        trustDomain: "cluster.local",
        imagePullSecrets: [],
      }),
    });
  });

  test("takes mesh, images, chart folder and values per role", async () => {
    const { registrations, chartCalls } = await deploy({
      meshId: "mesh2",
      trustDomain: "td.example",
      istio: { folder: "charts", hub: "registry.example", tag: "1.31.0", imagePullSecrets: ["pull"] },
      base: { values: { defaultRevision: "" } },
      istiod: { replicas: 2, values: { env: { A: "1" } } },
    });
    const base = find(registrations, "cluster1-base").inputs;
    expect(base).toMatchObject({ chart: "./charts/base", values: { defaultRevision: "" } });
    expect(base).not.toHaveProperty("version");
    expect(base).not.toHaveProperty("repositoryOpts");
    expect(chartCall(chartCalls, "istiod").options).toEqual({
      kube_version: expect.any(String),
      path: "./charts/istiod",
      namespace: "istio-system",
      release_name: "istiod",
      values: istiodValues({
        clusterName: "cluster1",
        network: "network1",
        meshId: "mesh2",
        trustDomain: "td.example",
        hub: "registry.example",
        tag: "1.31.0",
        imagePullSecrets: ["pull"],
        replicas: 2,
        values: { env: { A: "1" } },
      }),
    });
  });

  test.each([
    [undefined, "STRICT"],
    ["PERMISSIVE", "PERMISSIVE"],
  ])("with mtls %s sets the mesh's mode %s", async (mtls, mode) => {
    const { registrations } = await deploy(mtls === undefined ? {} : { mtls });
    expect(find(registrations, "cluster1:istio-system/default").inputs).toMatchObject({
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode } },
    });
  });
});

describe("the reader of a ClusterPrimary", () => {
  const roleOf = (kind: string) => ({
    metadata: { name: "istio-multicluster-reader-role" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: "istio-multicluster-reader-role" },
    subjects: [{ kind: "ServiceAccount", name: "istio-multicluster-reader", namespace: "istio-system" }],
  });

  test("is an account of its own that may do what its plan says, where it says", async () => {
    const { registrations } = await deploy();
    const reader = (kind: string) => find(registrations, "cluster1-reader", `:${kind}`).inputs;
    expect(reader("ServiceAccount")).toEqual({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "istio-multicluster-reader", namespace: "istio-system" },
      automountServiceAccountToken: false,
    });
    expect(reader("ClusterRole")).toMatchObject({
      metadata: { name: "istio-multicluster-reader-role" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }],
    });
    expect(reader("Role")).toMatchObject({
      metadata: { name: "istio-multicluster-reader-role", namespace: "istio-system" },
      rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["istio"], verbs: ["list"] }],
    });
    expect(reader("ClusterRoleBinding")).toMatchObject(roleOf("ClusterRole"));
    expect(reader("RoleBinding")).toMatchObject(roleOf("Role"));
  });

  test("is not there where nobody observes the cluster", async () => {
    const { result, registrations } = await deploy({ reader: undefined });
    expect(listOf(registrations).filter((text) => text.includes("-reader"))).toEqual([
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole cluster1-istiod:istio-reader-clusterrole-istio-system",
    ]);
    expect(result.readerToken).toBeUndefined();
  });

  test("has a token that the cluster fills in", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster1-reader-token").inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: TOKEN_NAME,
        namespace: "istio-system",
        annotations: {
          "kubernetes.io/service-account.name": "istio-multicluster-reader",
          "pulumi.com/waitFor": "jsonpath={.data.token}",
        },
      },
      type: "kubernetes.io/service-account-token",
    });
  });

  test("gives out the token decoded and secret", async () => {
    const { result } = await deploy({}, { tokenData: { token: Buffer.from("s3cr3t").toString("base64") } });
    const token = result.readerToken ?? pulumi.output("no reader");
    expect(await valueOf(token)).toBe("s3cr3t");
    expect(await pulumi.isSecret(token)).toBe(true);
  });
});
