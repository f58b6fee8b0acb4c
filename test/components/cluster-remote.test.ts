import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ClusterRemote, type ClusterRemoteArgs } from "../../components";
import { remoteBaseValues, remoteIstiodValues } from "../../components/values/remote";
import { chartCall, find, listOf, outsideProvider, testProvider } from "../support/components";
import { CHARTS, type MockCluster } from "../support/mock-cluster";
import { runFailingProgram, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

/** What the istiod chart renders to under profile remote, cut down. */
const charts: MockCluster = {
  charts: {
    ...CHARTS,
    istiod: CHARTS.istiod.filter(({ kind }) => !["Deployment", "Service"].includes(kind)),
  },
};

const ARGS: ClusterRemoteArgs = {
  clusterName: "cluster2",
  network: "network2",
  controlPlanes: ["cluster1", "cluster3"],
  controlPlaneAddress: "192.0.2.1",
  reader: { tokenSecret: "istio-multicluster-reader-token", rules: [] },
};

const CONFIG_CLUSTER: Partial<ClusterRemoteArgs> = { controlPlanes: ["cluster2"] };

const remote = (args: Partial<ClusterRemoteArgs> = {}) =>
  new ClusterRemote("cluster2", { ...ARGS, ...args }, { provider: testProvider() });

const SERVICE = "cluster2-istiod:istio-system/istiod";

describe("ClusterRemote", () => {
  test("is namespace, base, the chart without istiod, a Service that leads to the primary, and a reader", async () => {
    const { registrations } = await runProgram(() => remote(), charts);
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ClusterRemote cluster2",
      "istio-multicluster:index:HelmChart cluster2-istiod",
      `kubernetes:core/v1:ConfigMap cluster2-istiod:istio-system/istio`,
      "kubernetes:core/v1:Namespace cluster2-istio-system",
      "kubernetes:core/v1:Secret cluster2-reader-token",
      `kubernetes:core/v1:Service ${SERVICE}`,
      "kubernetes:core/v1:ServiceAccount cluster2-istiod:istio-system/istiod",
      "kubernetes:core/v1:ServiceAccount cluster2-reader",
      `kubernetes:discovery.k8s.io/v1:EndpointSlice ${SERVICE}`,
      "kubernetes:helm.sh/v3:Release cluster2-base",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole cluster2-istiod:istio-reader-clusterrole-istio-system",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole cluster2-reader",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding cluster2-reader",
      "kubernetes:rbac.authorization.k8s.io/v1:Role cluster2-reader",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding cluster2-reader",
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("tells in its namespace who may act for it, and its network", async () => {
    const { registrations } = await runProgram(() => remote(), charts);
    expect(find(registrations, "cluster2-istio-system").inputs["metadata"]).toEqual({
      name: "istio-system",
      labels: { "topology.istio.io/network": "network2" },
      annotations: { "topology.istio.io/controlPlaneClusters": "cluster1,cluster3" },
    });
  });

  test("renders the charts under profile remote, with the injection path of its cluster and network", async () => {
    const { registrations, chartCalls } = await runProgram(() => remote(), charts);
    const values = remoteIstiodValues({
      clusterName: "cluster2",
      network: "network2",
      meshId: "mesh1",
      trustDomain: "cluster.local",
      imagePullSecrets: [],
      isTrusted: false,
    });
    expect(chartCall(chartCalls, "istiod").options["values"]).toEqual(values);
    expect(values).toMatchObject({
      profile: "remote",
      istiodRemote: { injectionPath: "/inject/cluster/cluster2/net/network2" },
      global: { configCluster: true, multiCluster: { clusterName: "cluster2" }, network: "network2" },
    });
    expect(find(registrations, "cluster2-base").inputs["values"]).toEqual(
      remoteBaseValues({}, { isTrusted: false }),
    );
    expect(remoteBaseValues({}, { isTrusted: false })).toMatchObject({ profile: "remote" });
  });

  test.each<[string, Partial<ClusterRemoteArgs>, string]>([
    ["lets Istio's objects pass where nobody gives its API server istiod's CA", {}, "Ignore"],
    [
      "so too by a name that is in the mesh's own certificate",
      { webhookHostName: "i.example.com" },
      "Ignore",
    ],
    ["has them validated by a public name", { controlPlaneHostName: "istiod.example.com" }, "Fail"],
    ["has them validated as a config cluster, to which istiod gives its CA", CONFIG_CLUSTER, "Fail"],
  ])("%s", async (_, args, policy) => {
    const { registrations, chartCalls } = await runProgram(() => remote(args), charts);
    const base = { base: { validationFailurePolicy: policy } };
    expect(find(registrations, "cluster2-base").inputs["values"]).toMatchObject(base);
    expect(chartCall(chartCalls, "istiod").options["values"]).toMatchObject(base);
  });

  test.each([
    ["192.0.2.1", "IPv4"],
    ["2001:db8::1", "IPv6"],
  ])("leads its Service without selector to %s", async (controlPlaneAddress, addressType) => {
    const { registrations } = await runProgram(() => remote({ controlPlaneAddress }), charts);
    const { spec } = find(registrations, SERVICE, "Service").inputs as { spec: { selector?: unknown } };
    expect(spec.selector).toBeUndefined();
    expect(spec).toMatchObject({ ports: [{ port: 15012 }, { port: 443, targetPort: 15017 }] });
    expect(find(registrations, SERVICE, "EndpointSlice").inputs).toMatchObject({
      metadata: { labels: { "kubernetes.io/service-name": "istiod" } },
      addressType,
      endpoints: [{ addresses: [controlPlaneAddress] }],
      ports: [{ port: 15012 }, { port: 15017 }],
    });
  });

  test("takes a host name by a Service of type ExternalName", async () => {
    const args = { controlPlaneAddress: "lb.example", controlPlaneAddressType: "hostname" };
    const { registrations } = await runProgram(() => remote(args), charts);
    expect(find(registrations, SERVICE, "Service").inputs["spec"]).toMatchObject({
      type: "ExternalName",
      externalName: "lb.example",
    });
    expect(listOf(registrations).filter((text) => text.includes("EndpointSlice"))).toEqual([]);
  });

  test.each([
    ["lb.example", "ip", "hostname"],
    ["192.0.2.1", "hostname", "ip"],
  ])("refuses the address %s where it is said to be of type %s", async (address, said, found) => {
    const args = { controlPlaneAddress: address, controlPlaneAddressType: said };
    const { failures } = await runFailingProgram(() => remote(args), charts);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(
      `the way to cluster1, control plane of cluster2, has the address ${address}, but gateway.addressType of the cluster whose load balancer it is says ${said}; set it to ${found}`,
    );
  });

  test("goes by the names that a primary of its name had, so that it can take its place", async () => {
    const { registrations } = await runProgram(() => remote(), charts);
    expect(find(registrations, "cluster2").aliases.join()).toContain("ClusterPrimary");
  });

  test("has its reader's token, as a secret", async () => {
    const { result } = await runProgram(() => remote(), charts);
    expect(await valueOf(result.readerToken ?? pulumi.output("no reader"))).toBe(
      "token-of-cluster2-reader-token",
    );
  });
});
