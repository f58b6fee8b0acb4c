import { describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, validateMesh, warningsOf } from "../../../components";
import { cluster, mesh } from "../../support/specs";

const second = (changes: Partial<ClusterSpec>): MeshSpec => ({ clusters: [cluster(1), cluster(2, changes)] });
const istiod = (values: Record<string, unknown>) => second({ istiod: { values } });
const gateway = (values: Record<string, unknown>) => second({ gateway: { values } });

describe("Helm values are refused that contradict", () => {
  test.each([
    [
      "the cluster's name",
      istiod({ global: { multiCluster: { clusterName: "Kubernetes" } } }),
      "clusters[1].istiod.values.global.multiCluster.clusterName",
      'is "Kubernetes", but name says cluster2 has "cluster2"; remove the value and set name',
      istiod({ global: { multiCluster: { clusterName: "cluster2" } } }),
    ],
    [
      "the network, in istiod",
      istiod({ global: { network: "network1" } }),
      "clusters[1].istiod.values.global.network",
      'is "network1", but network says cluster2 has "network2"; remove the value and set network',
      istiod({ global: { network: "network2" } }),
    ],
    [
      "the network, in the gateway",
      gateway({ networkGateway: "network1" }),
      "clusters[1].gateway.values.networkGateway",
      'is "network1", but network says',
      gateway({ networkGateway: "network2" }),
    ],
    [
      "the network, in the gateway's label",
      gateway({ labels: { "topology.istio.io/network": "" } }),
      "clusters[1].gateway.values.labels.topology.istio.io/network",
      'is "", but network says',
      gateway({ labels: { tier: "edge" } }),
    ],
    [
      "the network that a gateway shows",
      gateway({ env: { ISTIO_META_REQUESTED_NETWORK_VIEW: "network1" } }),
      "clusters[1].gateway.values.env.ISTIO_META_REQUESTED_NETWORK_VIEW",
      'is "network1", but network says',
      gateway({ env: { OTHER: "network1" } }),
    ],
    [
      "the mesh ID",
      istiod({ global: { meshID: "other" } }),
      "clusters[1].istiod.values.global.meshID",
      'is "other", but meshId says cluster2 has "mesh1"',
      { ...istiod({ global: { meshID: "other" } }), meshId: "other" },
    ],
    [
      "the trust domain",
      istiod({ meshConfig: { trustDomain: "td.example" } }),
      "clusters[1].istiod.values.meshConfig.trustDomain",
      'is "td.example", but trustDomain says cluster2 has "cluster.local"',
      { ...istiod({ meshConfig: { trustDomain: "td.example" } }), trustDomain: "td.example" },
    ],
  ])("%s", (_, bad, path, message, good) => {
    expect(validateMesh(bad)).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(validateMesh(good)).toEqual([]);
  });

  test.each([
    ["istiod", "meshConfig", istiod({ meshConfig: null })],
    ["istiod", "global.multiCluster", istiod({ global: { multiCluster: null } })],
    ["istiod", "meshConfig", istiod({ meshConfig: "accessLogFile: /dev/null" })],
    ["istiod", "env", istiod({ env: [{ name: "A", value: "b" }] })],
    ["gateway", "service", gateway({ service: null })],
  ])("this program's own, in %s at %s", (chart, key, spec) => {
    expect(validateMesh(spec)).toEqual([
      {
        path: `clusters[1].${chart}.values.${key}`,
        message: expect.stringContaining("in place of what this program sets under it"),
      },
    ]);
  });

  test("only where this program has some", () => {
    expect(validateMesh(istiod({ tolerations: null, meshConfig: {}, global: { tracer: null } }))).toEqual([]);
    expect(validateMesh(gateway({ service: {}, nodeSelector: null, podAnnotations: null }))).toEqual([]);
  });

  test("a cluster, though they are the mesh's", () => {
    const values = { global: { network: "network1" } };
    expect(validateMesh(mesh(2, { istiod: { values } })).map(({ path }) => path)).toEqual([
      "clusters[1].istiod.values.global.network",
    ]);
  });
});

describe("Helm values are refused by which the charts' objects would be called or lie otherwise", () => {
  const base = (values: Record<string, unknown>) => second({ base: { values } });
  test.each([
    [
      "istiod.values.revision",
      istiod({ revision: "canary" }),
      "is not supported: one control plane a cluster",
    ],
    [
      "base.values.defaultRevision",
      base({ defaultRevision: "1-31" }),
      'is "1-31", but istiod has no revision, so API servers would ask one that is not there, and take none of Istio\'s objects; remove it',
    ],
    [
      "istiod.values.global.istioNamespace",
      istiod({ global: { istioNamespace: "mesh" } }),
      'is "mesh", but everything of Istio\'s is made in istio-system; remove it',
    ],
    ["base.values.global.istioNamespace", base({ global: { istioNamespace: "mesh" } }), 'is "mesh", but'],
  ])("%s", (key, bad, message) => {
    const problem = { path: `clusters[1].${key}`, message: expect.stringContaining(message) };
    expect(validateMesh(bad)).toEqual([problem]);
    const { base: values, istiod: settings } = bad.clusters[1] ?? {};
    expect(
      validateMesh({ ...mesh(2), ...(values && { base: values }), ...(settings && { istiod: settings }) }),
    ).toEqual([{ ...problem, path: key }]);
  });

  test("but not what they are called anyway, or by what leads past the default", () => {
    const global = { istioNamespace: "istio-system" };
    expect(validateMesh(istiod({ revision: "", revisionTags: ["prod"], global }))).toEqual([]);
    for (const defaultRevision of ["default", ""]) {
      expect(validateMesh(base({ defaultRevision, global }))).toEqual([]);
    }
    const validationURL = "https://istiod.example.com:15017/validate";
    expect(validateMesh(base({ defaultRevision: "1-31", base: { validationURL } }))).toEqual([]);
  });
});

describe("a warning", () => {
  test.each([
    [
      "istiod may not know several roots",
      istiod({ env: { ISTIO_MULTIROOT_MESH: "false" } }),
      "clusters[1].istiod.values.env.ISTIO_MULTIROOT_MESH",
      istiod({ env: { ISTIO_MULTIROOT_MESH: true } }),
    ],
    [
      "proxies may not get several roots",
      istiod({ meshConfig: { defaultConfig: { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "" } } } }),
      "clusters[1].istiod.values.meshConfig.defaultConfig.proxyMetadata.PROXY_CONFIG_XDS_AGENT",
      istiod({ meshConfig: { defaultConfig: { proxyMetadata: { OTHER: "x" } } } }),
    ],
  ])("is given where %s", (_, bad, path, good) => {
    expect(validateMesh(bad)).toEqual([]);
    expect(warningsOf(bad)).toEqual([
      { path, message: expect.stringContaining("turns off what a rotation of the root needs") },
    ]);
    expect(warningsOf(good)).toEqual([]);
  });

  test("is given where what holds for the whole mesh is taken from another namespace than the policy of mutual TLS", () => {
    const rootNamespace = "istio-config";
    expect(validateMesh(istiod({ meshConfig: { rootNamespace } }))).toEqual([]);
    expect(warningsOf(istiod({ meshConfig: { rootNamespace } }))).toEqual([
      {
        path: "clusters[1].istiod.values.meshConfig.rootNamespace",
        message:
          'is "istio-config", so mtls, which is made in istio-system, holds for that namespace of cluster2 alone and not for its workloads; ' +
          "remove the value, or see that istio-config has such a PeerAuthentication",
      },
    ]);
    expect(warningsOf(istiod({ meshConfig: { rootNamespace: "istio-system" } }))).toEqual([]);
  });

  test.each([1, 3])("is given by no mesh of %d clusters that says nothing else", (size) => {
    expect(warningsOf(mesh(size))).toEqual([]);
    expect(warningsOf(mesh(size, { mtls: "PERMISSIVE", gateway: { hosts: ["*.local"] } }))).toEqual([]);
  });
});
