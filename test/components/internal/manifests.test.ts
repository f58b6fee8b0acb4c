import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { applyManifests, type Manifest } from "../../../components/internal/manifests";
import { PLACEMENT_ANNOTATIONS } from "../../../components/topology/placement";
import { find, listOf, outsideProvider, testProvider } from "../../support/components";
import { type MockCluster, runProgram } from "../../support/mocks";
import { valueOf } from "../../support/outputs";

const NAMESPACE: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } };
const SERVICE: Manifest = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "a" } };

/** An object in namespace `a`, named after its kind. */
const object = (kind: string, apiVersion = "v1"): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: kind.toLowerCase(), namespace: "a" },
});

const apply = (
  manifests: readonly Manifest[],
  opts: () => pulumi.CustomResourceOptions = () => ({}),
  cluster: MockCluster = {},
) => runProgram(() => applyManifests("x", manifests, { provider: testProvider(), ...opts() }), cluster);

/** What a Service is registered with. */
const inputsOf = async (service: Manifest) => find((await apply([service])).registrations, "x:a/web").inputs;

describe("applyManifests", () => {
  test("names each resource after its namespace and name, and types it by group, version and kind", async () => {
    const { registrations } = await apply([
      NAMESPACE,
      object("ConfigMap"),
      object("Deployment", "apps/v1"),
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "reader" } },
    ]);
    expect(listOf(registrations)).toEqual([
      "kubernetes:apps/v1:Deployment x:a/deployment",
      "kubernetes:core/v1:ConfigMap x:a/configmap",
      "kubernetes:core/v1:Namespace x:a",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole x:reader",
    ]);
  });

  test("gives each resource the manifest and nothing else", async () => {
    const deployment = { ...object("Deployment", "apps/v1"), spec: { replicas: 0, paused: false } };
    const { registrations } = await apply([deployment]);
    expect(find(registrations, "x:a/deployment").inputs).toEqual(deployment);
  });

  test("lets Istio's objects go in one step, which asks no istiod, and leaves others their default", async () => {
    const { registrations } = await apply([
      object("Gateway", "networking.istio.io/v1"),
      object("PeerAuthentication", "security.istio.io/v1"),
      object("HTTPRoute", "gateway.networking.k8s.io/v1"),
    ]);
    const annotations = (name: string) =>
      (find(registrations, name).inputs as unknown as Manifest).metadata.annotations;
    const atOnce = { "pulumi.com/deletionPropagationPolicy": "background" };
    expect(annotations("x:a/gateway")).toEqual(atOnce);
    expect(annotations("x:a/peerauthentication")).toEqual(atOnce);
    expect(annotations("x:a/httproute")).toBeUndefined();
  });

  test("leaves the count of pods to an autoscaler, with the pods that there are", async () => {
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "deployment" };
    const scaler = { ...object("HorizontalPodAutoscaler", "autoscaling/v2"), spec: { scaleTargetRef } };
    const other = { ...object("Deployment", "apps/v1"), metadata: { name: "other", namespace: "a" } };
    const { registrations } = await apply([object("Deployment", "apps/v1"), other, scaler]);
    expect(find(registrations, "x:a/deployment").ignoreChanges).toEqual(["spec.replicas"]);
    expect(find(registrations, "x:a/other").ignoreChanges).toEqual([]);
  });

  test("makes nothing of nothing", async () => {
    const { result, registrations } = await apply([]);
    expect(result).toEqual([]);
    expect(listOf(registrations)).toEqual([]);
  });

  test("passes provider and parent on", async () => {
    const { registrations } = await apply(
      [NAMESPACE, object("ConfigMap"), object("Job", "batch/v1")],
      () => ({
        parent: new pulumi.ComponentResource("test:index:Parent", "parent"),
      }),
    );
    const children = registrations.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(children.map(({ parent }) => parent)).toEqual(["parent", "parent", "parent"]);
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("tells what the cluster reports of an object", async () => {
    const service = { ...SERVICE, spec: { type: "LoadBalancer" } };
    const { result } = await apply([service], undefined, { ingress: [{ ip: "192.0.2.1" }] });
    expect(result.map(({ manifest }) => manifest.kind)).toEqual(["Service"]);
    expect(await Promise.all(result.map(({ status }) => valueOf(status)))).toEqual([
      { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
    ]);
  });
});

describe("the order of applyManifests", () => {
  const REFERRED_TO = [
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "Role",
    "RoleBinding",
    "Secret",
    "ServiceAccount",
  ];
  // The rest comes first, so that no order of the list can pass for the order of the steps.
  const manifests = [
    object("Deployment", "apps/v1"),
    SERVICE,
    ...REFERRED_TO.map((kind) => object(kind)),
    NAMESPACE,
  ];
  const referredTo = REFERRED_TO.map((kind) => `${kind} x:a/${kind.toLowerCase()}`);

  test("is namespaces, what others refer to, the rest", async () => {
    const { result, registrations } = await apply(manifests);
    expect(result.map(({ manifest }) => manifest.kind)).toEqual([
      "Namespace",
      ...REFERRED_TO,
      "Deployment",
      "Service",
    ]);
    expect(find(registrations, "x:a").dependsOn).toEqual([]);
    for (const kind of REFERRED_TO) {
      expect([kind, find(registrations, `x:a/${kind.toLowerCase()}`).dependsOn]).toEqual([
        kind,
        ["Namespace x:a"],
      ]);
    }
    for (const name of ["x:a/deployment", "x:a/web"]) {
      expect(find(registrations, name).dependsOn).toEqual(referredTo);
    }
  });

  test("lets nothing wait where a step is empty", async () => {
    const { registrations } = await apply([object("Deployment", "apps/v1"), SERVICE]);
    for (const name of ["x:a/deployment", "x:a/web"]) expect(find(registrations, name).dependsOn).toEqual([]);
  });

  const before = () => new k8s.core.v1.ConfigMap("before", {}, { provider: testProvider("before") });
  test.each([
    ["a resource", () => before()],
    ["a list", () => [before()]],
    ["an Output", () => pulumi.output(before())],
    ["an Output of a list", () => pulumi.output([before()])],
  ])("lets the first step alone wait for the caller's dependsOn, be it %s", async (_, dependsOn) => {
    const { registrations } = await apply([NAMESPACE, object("ConfigMap"), SERVICE], () => ({
      dependsOn: dependsOn(),
    }));
    expect(find(registrations, "x:a").dependsOn).toEqual(["ConfigMap before"]);
    expect(find(registrations, "x:a/configmap").dependsOn).toEqual(["Namespace x:a"]);
    expect(find(registrations, "x:a/web").dependsOn).toEqual(["ConfigMap x:a/configmap"]);
  });
});

describe("a Service of applyManifests", () => {
  const SKIP = { "pulumi.com/skipAwait": "true" };
  const WAIT = { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}" };

  test.each([
    ["without a spec", {}, SKIP],
    ["without a type", { spec: {} }, SKIP],
    ["of type ClusterIP", { spec: { type: "ClusterIP" } }, SKIP],
    ["of type NodePort", { spec: { type: "NodePort" } }, SKIP],
    ["of type LoadBalancer", { spec: { type: "LoadBalancer" } }, WAIT],
  ])("%s is awaited until links can use it, no longer", async (_, fields, annotations) => {
    expect(await inputsOf({ ...SERVICE, ...fields })).toEqual({
      ...SERVICE,
      ...fields,
      metadata: { name: "web", namespace: "a", annotations },
    });
  });

  test.each([
    [
      "another annotation is kept",
      { "cloud.example/lb": "internal" },
      { ...WAIT, "cloud.example/lb": "internal" },
    ],
    [
      "the user's own wait wins",
      { "pulumi.com/waitFor": "condition=Ready" },
      { "pulumi.com/waitFor": "condition=Ready" },
    ],
  ])("%s", async (_, annotations, expected) => {
    const service = {
      ...SERVICE,
      metadata: { ...SERVICE.metadata, annotations },
      spec: { type: "LoadBalancer" },
    };
    const inputs = await inputsOf(service);
    expect((inputs["metadata"] as Manifest["metadata"]).annotations).toEqual(expected);
    expect(service.metadata.annotations).toBe(annotations);
  });

  test("is awaited in full where the user says so", async () => {
    const annotations = { "pulumi.com/skipAwait": "false" };
    const inputs = await inputsOf({ ...SERVICE, metadata: { ...SERVICE.metadata, annotations } });
    expect((inputs["metadata"] as Manifest["metadata"]).annotations).toEqual(annotations);
  });

  test("waits for what the user says, whatever its type", async () => {
    const annotations = { "pulumi.com/waitFor": "jsonpath={.spec.clusterIP}" };
    const inputs = await inputsOf({ ...SERVICE, metadata: { ...SERVICE.metadata, annotations } });
    expect((inputs["metadata"] as Manifest["metadata"]).annotations).toEqual(annotations);
  });

  test.each([
    ["ClusterIP", "its selector comes or goes", ["spec.selector"]],
    [
      "LoadBalancer",
      "what places its load balancer changes",
      [
        ...PLACEMENT_ANNOTATIONS.map((key) => `metadata.annotations["${key}"]`),
        "spec.loadBalancerIP",
        "spec.loadBalancerClass",
      ],
    ],
  ])("of type %s is made anew, after the old one is gone, when %s", async (type, _, paths) => {
    const { registrations } = await apply([{ ...SERVICE, spec: { type } }]);
    const { replaceOnChanges, deleteBeforeReplace } = find(registrations, "x:a/web");
    expect(replaceOnChanges).toEqual(paths);
    expect(deleteBeforeReplace).toBe(true);
  });
});
