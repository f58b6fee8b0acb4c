import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ClusterPrimaryArgs } from "../../components";
import { deployPrimary } from "../support/cluster-primary";
import { decoded, find, listOf, outsideProvider } from "../support/components";

const NO_CA = {
  caCertificate: undefined,
  caPrivateKey: undefined,
  certificateChain: undefined,
  rootCertificate: undefined,
} as unknown as Partial<ClusterPrimaryArgs>;

describe("ClusterPrimary", () => {
  test("deletes nothing that the options of its own say to retain", async () => {
    const { registrations } = await deployPrimary();
    const deleted = registrations.filter(({ deletesRegardless }) => deletesRegardless);
    expect(deleted.map(({ name }) => name)).toEqual([]);
  });

  test("is namespace, CA, charts, mesh policy and reader, all its own and under its provider", async () => {
    const { registrations } = await deployPrimary();
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
    const { registrations } = await deployPrimary();
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
    await expect(deployPrimary(changes)).rejects.toThrow(message);
    await pulumi.runtime.disconnect();
  });

  test("leaves a CA that is there to whoever made it, if that is said", async () => {
    const { registrations } = await deployPrimary({ ...NO_CA, adoptCacerts: true });
    expect(listOf(registrations).filter((text) => text.includes("cacerts"))).toEqual([]);
  });

  test("makes the Secrets by which its images are pulled before it needs them", async () => {
    const docker = '{"auths":{}}';
    const { registrations } = await deployPrimary({
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
    const { registrations } = await deployPrimary();
    expect(find(registrations, "cluster1-istio-system").inputs).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "istio-system", labels: { "topology.istio.io/network": "network1" } },
    });
  });

  test("plugs in its CA under the names that istiod reads, all of it secret", async () => {
    const { registrations } = await deployPrimary();
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

  test.each([
    [undefined, "STRICT"],
    ["PERMISSIVE", "PERMISSIVE"],
  ])("with mtls %s sets the mesh's mode %s", async (mtls, mode) => {
    const { registrations } = await deployPrimary(mtls === undefined ? {} : { mtls });
    expect(find(registrations, "cluster1:istio-system/default").inputs).toMatchObject({
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode } },
    });
  });
});
