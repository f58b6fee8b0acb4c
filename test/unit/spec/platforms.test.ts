import { describe, expect, test } from "vitest";
import { type GatewaySpec, type MeshSpec, type Platform, planMesh, validateMesh } from "../../../components";
import { PLACEMENT_ANNOTATIONS } from "../../../components/topology/placement";
import { PLATFORMS } from "../../../components/topology/platforms";
import { meshConfigSchema } from "../../../stacks/config/schema";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, mesh } from "../../support/specs";

/** A mesh of a cluster on a platform, with a gateway, and another one that reaches it. */
const on = (platform: Platform | undefined, gateway: GatewaySpec = {}): MeshSpec => ({
  clusters: [cluster(1, { platform, gateway, istioCni: platform === "openshift" }), cluster(2)],
});
const planOn = (platform: Platform | undefined, gateway?: GatewaySpec) => {
  const plan = planMesh(on(platform, gateway)).clusters[0];
  if (plan?.gateway === undefined) throw new Error("no gateway was planned");
  return { ...plan, gateway: plan.gateway };
};
const annotationsOn = (platform: Platform | undefined, gateway?: GatewaySpec) =>
  planOn(platform, gateway).gateway.serviceAnnotations;

const AWS = "service.beta.kubernetes.io/aws-load-balancer";
const AZURE = "service.beta.kubernetes.io/azure-load-balancer";
const NLB = {
  [`${AWS}-type`]: "external",
  [`${AWS}-nlb-target-type`]: "ip",
  [`${AWS}-target-group-attributes`]: "preserve_client_ip.enabled=false",
};
const azureProbes = (...ports: number[]) =>
  Object.fromEntries(
    ports.flatMap((port) => [
      [`service.beta.kubernetes.io/port_${port}_health-probe_protocol`, "http"],
      [`service.beta.kubernetes.io/port_${port}_health-probe_port`, "15021"],
      [`service.beta.kubernetes.io/port_${port}_health-probe_request-path`, "/healthz/ready"],
    ]),
  );

const presets: [Platform, GatewaySpec, Record<string, string>][] = [
  ["eks", {}, { ...NLB, [`${AWS}-scheme`]: "internet-facing" }],
  ["eks", { internal: true }, { ...NLB, [`${AWS}-scheme`]: "internal" }],
  [
    "eks",
    { idleTimeoutSeconds: 3600 },
    {
      ...NLB,
      [`${AWS}-scheme`]: "internet-facing",
      [`${AWS}-listener-attributes.TCP-15021`]: "tcp.idle_timeout.seconds=3600",
      [`${AWS}-listener-attributes.TCP-15443`]: "tcp.idle_timeout.seconds=3600",
    },
  ],
  ["gke", {}, { "cloud.google.com/l4-rbs": "enabled" }],
  [
    "gke",
    { internal: true },
    {
      "networking.gke.io/load-balancer-type": "Internal",
      "networking.gke.io/internal-load-balancer-allow-global-access": "true",
    },
  ],
  ["aks", {}, azureProbes(15021, 15443)],
  ["aks", { internal: true }, { ...azureProbes(15021, 15443), [`${AZURE}-internal`]: "true" }],
  [
    "aks",
    { internal: true, sourceRanges: ["10.0.0.0/8"] },
    {
      ...azureProbes(15021, 15443),
      [`${AZURE}-internal`]: "true",
      "service.beta.kubernetes.io/azure-deny-all-except-load-balancer-source-ranges": "true",
    },
  ],
  ["aks", { sourceRanges: ["198.51.100.0/24"] }, azureProbes(15021, 15443)],
  [
    "aks",
    { idleTimeoutSeconds: 1800 },
    { ...azureProbes(15021, 15443), [`${AZURE}-tcp-idle-timeout`]: "30" },
  ],
  ["openshift", {}, {}],
  ["openshift", { addressPool: "mesh" }, { "metallb.io/address-pool": "mesh" }],
  ["on-premises", {}, {}],
  ["on-premises", { addressPool: "mesh" }, { "metallb.io/address-pool": "mesh" }],
  ["kind", {}, {}],
];

describe("the load balancer", () => {
  test.each(presets)("on %s with %o is annotated for that", (platform, gateway, annotations) => {
    expect(annotationsOn(platform, gateway)).toEqual(annotations);
    expect(validateMesh(on(platform, gateway))).toEqual([]);
  });

  test("of a control plane for remotes is annotated for each of its ports", () => {
    const annotationsOf = (platform: Platform) =>
      planMesh({
        clusters: [
          cluster(1, { platform, gateway: { idleTimeoutSeconds: 600 } }),
          cluster(2, { controlPlanes: ["cluster1"] }),
        ],
      }).clusters[0]?.gateway?.serviceAnnotations;
    const listeners = Object.keys(annotationsOf("eks") ?? {}).flatMap((key) => key.split(".TCP-")[1] ?? []);
    // 443 is there for a host name, by which a remote's webhook cannot reach another port.
    expect(listeners.map(Number).sort((a, b) => a - b)).toEqual([443, 15012, 15017, 15021, 15443]);
    expect(annotationsOf("aks")).toMatchObject(azureProbes(15012, 15017, 15021, 15443));
  });

  test("of a host is annotated for the istiod behind it, which has no status port to be probed on", () => {
    const hostedOn = (platform: Platform) => {
      const { clusters } = planMesh({
        clusters: [
          cluster(1, { platform, gateway: { internal: true, idleTimeoutSeconds: 600 } }),
          cluster(2, { externalControlPlane: { host: "cluster1" } }),
        ],
      });
      return clusters[1]?.externalControlPlane;
    };
    expect(hostedOn("eks")).toMatchObject({
      addressType: "hostname",
      serviceAnnotations: {
        [`${AWS}-scheme`]: "internal",
        [`${AWS}-listener-attributes.TCP-443`]: "tcp.idle_timeout.seconds=600",
        [`${AWS}-listener-attributes.TCP-15012`]: "tcp.idle_timeout.seconds=600",
        [`${AWS}-listener-attributes.TCP-15017`]: "tcp.idle_timeout.seconds=600",
      },
    });
    expect(hostedOn("aks")).toMatchObject({
      addressType: "ip",
      serviceAnnotations: { [`${AZURE}-internal`]: "true", [`${AZURE}-tcp-idle-timeout`]: "10" },
    });
    expect(Object.keys(hostedOn("aks")?.serviceAnnotations ?? {})).toHaveLength(2);
  });

  test("on no platform has the user's annotations only", () => {
    expect(annotationsOn(undefined)).toEqual({});
    expect(annotationsOn(undefined, { serviceAnnotations: { a: "1" } })).toEqual({ a: "1" });
  });

  test("keeps the platform's annotations beside the user's, which win key by key", () => {
    const serviceAnnotations = { [`${AWS}-nlb-target-type`]: "instance", "example.com/team": "mesh" };
    expect(annotationsOn("eks", { serviceAnnotations })).toEqual({
      ...NLB,
      [`${AWS}-scheme`]: "internet-facing",
      [`${AWS}-nlb-target-type`]: "instance",
      "example.com/team": "mesh",
    });
  });

  test.each<[Platform | undefined, string]>([
    ["eks", "hostname"],
    ["gke", "ip"],
    ["aks", "ip"],
    ["openshift", "ip"],
    ["on-premises", "ip"],
    ["kind", "ip"],
    [undefined, "ip"],
  ])("on %s has an address of type %s, unless the spec knows better", (platform, addressType) => {
    expect(planOn(platform).gateway.addressType).toBe(addressType);
    const other = addressType === "ip" ? "hostname" : "ip";
    expect(planOn(platform, { addressType: other }).gateway.addressType).toBe(other);
  });

  test("settings do not outlive the plan, which says them in annotations", () => {
    const { gateway } = planOn("eks", { internal: true, idleTimeoutSeconds: 600 });
    expect(gateway).not.toHaveProperty("internal");
    expect(gateway).not.toHaveProperty("idleTimeoutSeconds");
  });
});

describe("the address of a load balancer", () => {
  /** Annotations that differ, of those by which platforms place load balancers. */
  const moved = (before: Record<string, string>, after: Record<string, string>) =>
    PLACEMENT_ANNOTATIONS.filter((key) => before[key] !== after[key]);

  test.each<[string, Platform | undefined, GatewaySpec, Platform | undefined, GatewaySpec]>([
    ["internal on eks", "eks", {}, "eks", { internal: true }],
    ["internal on gke", "gke", {}, "gke", { internal: true }],
    ["internal on aks", "aks", {}, "aks", { internal: true }],
    ["the pool on openshift", "openshift", {}, "openshift", { addressPool: "mesh" }],
    ["the pool on premises", "on-premises", { addressPool: "a" }, "on-premises", { addressPool: "b" }],
    ["the platform, given to a cluster of EKS", undefined, {}, "eks", {}],
    ["the platform, given to a cluster of GKE", undefined, {}, "gke", {}],
    [
      "an annotation of the user's",
      undefined,
      { serviceAnnotations: { [`${AZURE}-internal-subnet`]: "a" } },
      undefined,
      { serviceAnnotations: { [`${AZURE}-internal-subnet`]: "b" } },
    ],
  ])("moves with %s", (_, before, gateway, after, changed) => {
    expect(moved(annotationsOn(before, gateway), annotationsOn(after, changed))).not.toEqual([]);
  });

  test.each<[string, Platform | undefined, GatewaySpec, Platform | undefined, GatewaySpec]>([
    ["an idle time-out", "eks", {}, "eks", { idleTimeoutSeconds: 600 }],
    ["source ranges", "aks", { internal: true }, "aks", { internal: true, sourceRanges: ["10.0.0.0/8"] }],
    ["the platform, given to a cluster of AKS", undefined, {}, "aks", {}],
    ["the platform, given to a cluster on premises", undefined, {}, "on-premises", {}],
    ["another annotation", "gke", {}, "gke", { serviceAnnotations: { "example.com/team": "mesh" } }],
  ])("stays with %s", (_, before, gateway, after, changed) => {
    expect(moved(annotationsOn(before, gateway), annotationsOn(after, changed))).toEqual([]);
  });
});

describe("Istio's charts", () => {
  test.each<Platform>(["gke", "openshift"])("know that they are on %s", (platform) => {
    const values = { global: { platform } };
    const { base, istiod, gateway } = planOn(platform);
    expect([base.values, istiod.values, gateway.values]).toEqual([values, values, values]);
  });

  test.each<Platform | undefined>(["eks", "aks", "on-premises", "kind", undefined])(
    "are told nothing on %s, which they do not know",
    (platform) => {
      const { base, istiod, gateway } = planOn(platform);
      expect([base.values, istiod.values, gateway.values]).toEqual([undefined, undefined, undefined]);
    },
  );

  test("get the mesh's and the cluster's values over the platform's", () => {
    const plan = planMesh({
      istiod: { values: { global: { proxy: { logLevel: "debug" } } } },
      clusters: [cluster(1, { platform: "gke", istiod: { values: { global: { platform: "k3s" } } } })],
    });
    expect(plan.clusters[0]?.istiod.values).toEqual({
      global: { platform: "k3s", proxy: { logLevel: "debug" } },
    });
  });
});

const INTERNAL = "clusters[0].gateway.internal";
const IDLE = "clusters[0].gateway.idleTimeoutSeconds";
const POOL = "clusters[0].gateway.addressPool";
const idle = (platform: Platform | undefined, idleTimeoutSeconds: number) =>
  on(platform, { idleTimeoutSeconds });

const hosted = (platform: Platform): MeshSpec => ({
  gateway: { internal: true },
  clusters: [cluster(1, { platform }), cluster(2, { externalControlPlane: { host: "cluster1" } })],
});

const rules: Record<string, RuleCase> = {
  "an internal load balancer on no platform": {
    bad: on(undefined, { internal: true }),
    path: INTERNAL,
    message:
      "is true, but cluster1 names no platform, so there is no telling its annotation; set the cluster's",
    good: on(undefined, { internal: false }),
  },
  "an internal load balancer on kind": {
    bad: on("kind", { internal: true }),
    path: INTERNAL,
    message: "is true, but cluster1 is on kind: its load balancers are never public; remove it",
    good: on("kind", { internal: false }),
  },
  "an internal load balancer on premises": {
    bad: on("on-premises", { internal: true }),
    path: INTERNAL,
    message: "name a pool of internal addresses in addressPool",
    good: on("on-premises", { addressPool: "internal" }),
  },
  "an internal load balancer on OpenShift": {
    bad: on("openshift", { internal: true }),
    path: INTERNAL,
    message: "set that load balancer's own annotation in serviceAnnotations",
    good: on("openshift", { serviceAnnotations: { [`${AZURE}-internal`]: "true" } }),
  },
  "an idle time-out on no platform": {
    bad: idle(undefined, 600),
    path: IDLE,
    message: "is 600, but cluster1 names no platform",
    good: idle("eks", 600),
  },
  "an idle time-out on gke": {
    bad: idle("gke", 600),
    path: IDLE,
    message: "is 600, but cluster1 is on gke: its load balancers' idle time-out cannot be set; remove it",
    good: idle("aks", 600),
  },
  "too short an idle time-out on eks": {
    bad: idle("eks", 59),
    path: IDLE,
    message: "is 59, but cluster1 is on eks: it can be 60 to 6000; choose",
    good: idle("eks", 60),
  },
  "too long an idle time-out on eks": {
    bad: idle("eks", 6001),
    path: IDLE,
    message: "it can be 60 to 6000",
    good: idle("eks", 6000),
  },
  "a fraction of a second": {
    bad: idle("eks", 60.5),
    path: IDLE,
    message: "it can be 60 to 6000",
    good: idle("eks", 61),
  },
  "too short an idle time-out on aks": {
    bad: idle("aks", 180),
    path: IDLE,
    message: "it can be 240 to 6000, a multiple of 60; choose",
    good: idle("aks", 240),
  },
  "too long an idle time-out on aks": {
    bad: idle("aks", 6060),
    path: IDLE,
    message: "it can be 240 to 6000",
    good: idle("aks", 6000),
  },
  "a fraction of a minute on aks": {
    bad: idle("aks", 330),
    path: IDLE,
    message: "a multiple of 60",
    good: idle("aks", 360),
  },
  "an address pool on eks": {
    bad: on("eks", { addressPool: "mesh" }),
    path: POOL,
    message: "is mesh, but cluster1 is on eks: its addresses come from no pool of MetalLB's; remove it",
    good: on("on-premises", { addressPool: "mesh" }),
  },
  "an address pool on no platform": {
    bad: on(undefined, { addressPool: "mesh" }),
    path: POOL,
    message: "names no platform",
    good: on("openshift", { addressPool: "mesh" }),
  },
  "a mesh-wide setting that the platform of one cluster lacks": {
    bad: mesh(0, {
      gateway: { internal: true },
      clusters: [cluster(1, { platform: "eks" }), cluster(2, { platform: "kind" })],
    }),
    path: "gateway.internal",
    message: "is true, but cluster2 is on kind",
    good: mesh(0, {
      gateway: { internal: true },
      clusters: [
        cluster(1, { platform: "eks" }),
        cluster(2, { platform: "kind", gateway: { internal: false } }),
      ],
    }),
  },
  "a mesh-wide setting that the platform of a host lacks": {
    bad: hosted("kind"),
    path: "gateway.internal",
    message: "is true, but cluster1 is on kind",
    good: hosted("gke"),
  },
};

describe("validateMesh reports", () => {
  testRules(rules);

  test("no mesh-wide setting for the sake of a cluster that has no gateway", () => {
    const clusters = [cluster(1, { platform: "eks" }), cluster(2, { platform: "kind" })];
    const spec = {
      gateway: { internal: true },
      clusters,
      links: [{ observer: "cluster2", observed: "cluster1" }],
    };
    expect(planMesh(spec).clusters[1]?.gateway).toBeUndefined();
    expect(validateMesh(spec)).toEqual([]);
  });
});

test("the config takes every platform that there is, and no other", () => {
  const configured = (platform: string) =>
    meshConfigSchema.safeParse({
      clusters: [{ name: "a", network: "n", platform, access: { kubeconfigFile: "f" } }],
    }).success;
  expect(Object.keys(PLATFORMS).filter((platform) => !configured(platform))).toEqual([]);
  expect(configured("minikube")).toBe(false);
});
