import { describe, expect, test } from "vitest";
import { type GatewaySpec, type Platform, planMesh, validateMesh } from "../../../components";
import { PLACEMENT_ANNOTATIONS } from "../../../components/topology/placement";
import { AZURE, onPlatform, planOn } from "../../support/platforms";
import { cluster } from "../../support/specs";

const annotationsOn = (platform: Platform | undefined, gateway?: GatewaySpec) =>
  planOn(platform, gateway).gateway.serviceAnnotations;

const AWS = "service.beta.kubernetes.io/aws-load-balancer";
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
    expect(validateMesh(onPlatform(platform, gateway))).toEqual([]);
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
