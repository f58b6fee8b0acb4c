import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ClusterPrimary, type ClusterPrimaryArgs } from "../../components";
import { istiodValues } from "../../components/values/istiod";
import { decoded, find, listOf, outsideProvider, testProvider } from "../support/components";
import { type MockCluster, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

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
          ...changes,
        },
        { provider: testProvider() },
      ),
    cluster,
  );

const REPOSITORY = { repositoryOpts: { repo: "https://istio-release.storage.googleapis.com/charts" } };
const TOKEN_NAME = "istio-multicluster-reader-token";

describe("ClusterPrimary", () => {
  test("is namespace, CA, charts, mesh policy and reader, all its own and under its provider", async () => {
    const { registrations } = await deploy();
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ClusterPrimary cluster1",
      "kubernetes:core/v1:Namespace cluster1-istio-system",
      "kubernetes:core/v1:Secret cluster1-cacerts",
      "kubernetes:core/v1:Secret cluster1-reader-token",
      "kubernetes:core/v1:ServiceAccount cluster1-reader",
      "kubernetes:helm.sh/v3:Release cluster1-base",
      "kubernetes:helm.sh/v4:Chart cluster1-istiod",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding cluster1-reader",
      "kubernetes:security.istio.io/v1:PeerAuthentication cluster1-peerauthentication-default",
    ]);
    const children = registrations.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(children.map(({ parent }) => parent)).toEqual(children.map(() => "cluster1"));
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("makes things in the order in which they need each other", async () => {
    const { registrations } = await deploy();
    const dependsOn = (name: string, type?: string) => find(registrations, name, type).dependsOn;
    expect(dependsOn("cluster1-cacerts")).toEqual(["cluster1-istio-system"]);
    expect(dependsOn("cluster1-base")).toEqual(["cluster1-istio-system"]);
    expect(dependsOn("cluster1-istiod")).toEqual([
      "cluster1-base",
      "cluster1-cacerts",
      "cluster1-istio-system",
    ]);
    expect(dependsOn("cluster1-peerauthentication-default")).toContain("cluster1-istiod");
    expect(dependsOn("cluster1-reader", "ServiceAccount")).toEqual(["cluster1-istio-system"]);
    expect(dependsOn("cluster1-reader-token")).toContain("cluster1-reader");
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
    const { registrations } = await deploy({ caPrivateKey: pulumi.secret("ca key") });
    for (const name of ["cluster1-base", "cluster1-istiod"]) {
      const chart = find(registrations, name);
      expect(chart.secretPaths).toEqual([]);
      expect(JSON.stringify(chart.inputs)).not.toContain("ca key");
    }
  });

  test("installs base and istiod of one version", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster1-base").inputs).toMatchObject({
      chart: "base",
      version: "1.31.1",
      ...REPOSITORY,
      name: "istio-base",
      namespace: "istio-system",
      values: { base: { validationFailurePolicy: "Fail" } },
    });
    expect(find(registrations, "cluster1-istiod").inputs).toEqual({
      chart: "istiod",
      version: "1.31.1",
      ...REPOSITORY,
      name: "istiod",
      namespace: "istio-system",
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
    const { registrations } = await deploy({
      meshId: "mesh2",
      trustDomain: "td.example",
      istio: { folder: "charts", hub: "registry.example", tag: "1.31.0", imagePullSecrets: ["pull"] },
      base: { values: { defaultRevision: "" } },
      istiod: { replicas: 2, values: { env: { A: "1" } } },
    });
    const base = find(registrations, "cluster1-base").inputs;
    expect(base).toMatchObject({ chart: "./charts/base", values: { defaultRevision: "" } });
    const istiod = find(registrations, "cluster1-istiod").inputs;
    expect(istiod).toMatchObject({ chart: "./charts/istiod" });
    expect(istiod["values"]).toEqual(
      istiodValues({
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
    );
    for (const chart of [base, istiod]) {
      expect(chart).not.toHaveProperty("version");
      expect(chart).not.toHaveProperty("repositoryOpts");
    }
  });

  test.each([
    [undefined, "STRICT"],
    ["PERMISSIVE", "PERMISSIVE"],
  ])("with mtls %s sets the mesh's mode %s", async (mtls, mode) => {
    const { registrations } = await deploy(mtls === undefined ? {} : { mtls });
    expect(find(registrations, "cluster1-peerauthentication-default").inputs).toMatchObject({
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode } },
    });
  });
});

describe("the reader of a ClusterPrimary", () => {
  test("is an account of its own that may read what istiod reads", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster1-reader", "ServiceAccount").inputs).toEqual({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "istio-multicluster-reader", namespace: "istio-system" },
      automountServiceAccountToken: false,
    });
    expect(find(registrations, "cluster1-reader", "ClusterRoleBinding").inputs).toEqual({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "istio-multicluster-reader" },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "istio-reader-clusterrole-istio-system",
      },
      subjects: [{ kind: "ServiceAccount", name: "istio-multicluster-reader", namespace: "istio-system" }],
    });
  });

  test("has a token that the cluster fills in", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster1-reader-token").inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: TOKEN_NAME,
        namespace: "istio-system",
        annotations: { "kubernetes.io/service-account.name": "istio-multicluster-reader" },
      },
      type: "kubernetes.io/service-account-token",
    });
  });

  test("gives out the token decoded and secret", async () => {
    const { result } = await deploy({}, { tokenData: { token: Buffer.from("s3cr3t").toString("base64") } });
    expect(await valueOf(result.readerToken)).toBe("s3cr3t");
    expect(await pulumi.isSecret(result.readerToken)).toBe(true);
  });
});
