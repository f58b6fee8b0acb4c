import { STATUS_PORT } from "../names";

/** What a load balancer's status tells of itself. */
export type AddressType = "ip" | "hostname";

/** Where a cluster runs, as far as its load balancers and Istio's charts can tell. */
export type Platform = "eks" | "gke" | "aks" | "openshift" | "on-premises" | "kind";

/** What is asked of a gateway's load balancer; how it is said differs by platform. */
export interface LoadBalancerSpec {
  /**
   * Whether only private networks reach the load balancer. Platforms: eks, gke (from every region of the VPC), aks.
   * @default false
   */
  readonly internal?: boolean | undefined;
  /**
   * Seconds after which the load balancer forgets a connection without traffic: 60 to 6000 on eks, whole minutes from
   * 240 to 6000 on aks (cloud-provider-azure before 1.28: to 1800); no other platform lets a Service set it.
   * @default - the platform's: 350 on eks, 240 on aks
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
   * @see https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout
   */
  readonly idleTimeoutSeconds?: number | undefined;
  /**
   * MetalLB's IPAddressPool that the address comes from. Platforms: on-premises, openshift.
   * @default - any pool that MetalLB assigns from by itself
   * @see https://metallb.io/usage/#requesting-specific-ips
   */
  readonly addressPool?: string | undefined;
}

/** What decides the annotations of a gateway's Service. */
export interface LoadBalancerInput extends LoadBalancerSpec {
  /** Numbers of the Service's ports. */
  readonly ports: readonly number[];
  /** Whether only some source ranges may connect. */
  readonly restricted: boolean;
}

/** Seconds that an idle time-out can have. */
interface IdleTimeouts {
  readonly min: number;
  readonly max: number;
  /** Every value is a multiple of it. */
  readonly step: number;
}

/** What a platform's load balancers are like, and what of them a Service can set. */
export interface PlatformTraits {
  readonly addressType: AddressType;
  /**
   * Istio's name for it, if its charts know it.
   * @see https://istio.io/latest/docs/setup/platform-setup/
   */
  readonly chartPlatform?: "gke" | "openshift";
  /** Seconds, at most, after which a load balancer sends to a pod that has become ready. @default - at once */
  readonly targetSeconds?: number;
  /** Annotations that the injection webhook needs there. */
  readonly webhookAnnotations?: Readonly<Record<string, string>>;
  /** Whether a load balancer can be internal; otherwise the reason why not, with what to do instead. */
  readonly internal: true | string;
  readonly idleTimeout?: IdleTimeouts;
  /** Whether MetalLB gives the addresses. */
  readonly addressPool: boolean;
  readonly annotations: (input: LoadBalancerInput) => Record<string, string>;
}

/**
 * An NLB of the AWS Load Balancer Controller (2.9 or newer for idle time-outs) or of EKS Auto Mode. Its targets are the
 * gateway's pods, which see the load balancer's address: with a client's own address a connection from the node that
 * it comes back to would time out.
 *
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-troubleshooting.html#loopback-timeout
 */
function eks({ internal, idleTimeoutSeconds, ports }: LoadBalancerInput): Record<string, string> {
  const prefix = "service.beta.kubernetes.io/aws-load-balancer";
  const idle = (port: number): [string, string] => [
    `${prefix}-listener-attributes.TCP-${port}`,
    `tcp.idle_timeout.seconds=${idleTimeoutSeconds}`,
  ];
  return {
    [`${prefix}-type`]: "external",
    [`${prefix}-nlb-target-type`]: "ip",
    [`${prefix}-scheme`]: internal ? "internal" : "internet-facing",
    [`${prefix}-target-group-attributes`]: "preserve_client_ip.enabled=false",
    ...(idleTimeoutSeconds === undefined ? {} : Object.fromEntries(ports.map(idle))),
  };
}

/**
 * A passthrough network load balancer: an internal one that other regions of the VPC reach too, or an external one
 * based on a backend service. Its idle time-out, 600 seconds, cannot be set.
 *
 * @see https://docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters
 */
function gke({ internal }: LoadBalancerInput): Record<string, string> {
  if (!internal) return { "cloud.google.com/l4-rbs": "enabled" };
  return {
    "networking.gke.io/load-balancer-type": "Internal",
    "networking.gke.io/internal-load-balancer-allow-global-access": "true",
  };
}

/**
 * A standard load balancer. Every port of a gateway is as healthy as Envoy says on its status port, since an open
 * port tells nothing of readiness; and only with a rule of its own do source ranges keep the rest of the virtual
 * network out.
 *
 * @see https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/
 * @see https://github.com/kubernetes-sigs/cloud-provider-azure/issues/4360 for the longest idle time-out
 */
function aks({ internal, idleTimeoutSeconds, ports, restricted }: LoadBalancerInput): Record<string, string> {
  const prefix = "service.beta.kubernetes.io";
  const probe = (port: number): [string, string][] => [
    [`${prefix}/port_${port}_health-probe_protocol`, "http"],
    [`${prefix}/port_${port}_health-probe_port`, `${STATUS_PORT}`],
    [`${prefix}/port_${port}_health-probe_request-path`, "/healthz/ready"],
  ];
  return {
    ...(internal ? { [`${prefix}/azure-load-balancer-internal`]: "true" } : {}),
    ...(internal && restricted
      ? { [`${prefix}/azure-deny-all-except-load-balancer-source-ranges`]: "true" }
      : {}),
    ...(idleTimeoutSeconds === undefined
      ? {}
      : { [`${prefix}/azure-load-balancer-tcp-idle-timeout`]: `${idleTimeoutSeconds / 60}` }),
    ...(ports.includes(STATUS_PORT) ? Object.fromEntries(ports.flatMap(probe)) : {}),
  };
}

/**
 * @see https://metallb.io/usage/#requesting-specific-ips
 * @see https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/ingress_and_load_balancing/load-balancing-with-metallb
 */
function metallb({ addressPool }: LoadBalancerInput): Record<string, string> {
  return addressPool === undefined ? {} : { "metallb.io/address-pool": addressPool };
}

/**
 * AKS adds to the namespace selector of every webhook, and has the field then: each later change of the webhook, as by an
 * upgrade of Istio, would end in a conflict. Istio's selectors match nothing of AKS's own. Where AKS has written already,
 * the field is taken back.
 *
 * @see https://learn.microsoft.com/azure/aks/faq#can-admission-controller-webhooks-impact-kube-system-and-internal-aks-namespaces
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumi-com-annotations
 */
const WITHOUT_ENFORCER = { "admissions.enforcer/disabled": "true", "pulumi.com/patchForce": "true" };

/**
 * Until then an NLB sends nothing to a new target, and a replaced pod has no successor.
 * @see https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1834
 */
const NLB_TARGET_SECONDS = 180;

/** Everything that differs between platforms, in one place. */
export const PLATFORMS: Readonly<Record<Platform, PlatformTraits>> = {
  eks: {
    addressType: "hostname",
    internal: true,
    idleTimeout: { min: 60, max: 6000, step: 1 },
    addressPool: false,
    targetSeconds: NLB_TARGET_SECONDS,
    annotations: eks,
  },
  gke: {
    addressType: "ip",
    chartPlatform: "gke",
    internal: true,
    addressPool: false,
    annotations: gke,
  },
  aks: {
    addressType: "ip",
    webhookAnnotations: WITHOUT_ENFORCER,
    internal: true,
    idleTimeout: { min: 240, max: 6000, step: 60 },
    addressPool: false,
    annotations: aks,
  },
  openshift: {
    addressType: "ip",
    chartPlatform: "openshift",
    internal:
      "what is under OpenShift decides that; set that load balancer's own annotation in serviceAnnotations",
    addressPool: true,
    annotations: metallb,
  },
  "on-premises": {
    addressType: "ip",
    internal: "the address decides that; name a pool of internal addresses in addressPool instead",
    addressPool: true,
    annotations: metallb,
  },
  kind: {
    addressType: "ip",
    internal: "its load balancers are never public; remove it",
    addressPool: false,
    annotations: () => ({}),
  },
};

/** What the status of a platform's load balancers tells. */
export function addressTypeOn(platform: Platform | undefined): AddressType {
  return platform === undefined ? "ip" : PLATFORMS[platform].addressType;
}

/** Annotations that make a platform's load balancer the one that is asked for. */
export function loadBalancerAnnotations(
  platform: Platform | undefined,
  input: LoadBalancerInput,
): Record<string, string> {
  return platform === undefined ? {} : PLATFORMS[platform].annotations(input);
}

/** Values by which Istio's charts know where they are installed. */
export function platformValues(
  platform: Platform | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const chartPlatform = platform && PLATFORMS[platform].chartPlatform;
  return chartPlatform && { global: { platform: chartPlatform } };
}

/** How long a new pod behind a platform's load balancer has to be ready before an old one may go. */
export function minReadySecondsOn(platform: Platform | undefined): number | undefined {
  return platform && PLATFORMS[platform].targetSeconds;
}

/** Values of the istiod chart, whose injection webhook a platform may not leave as it is. */
export function webhookValues(platform: Platform | undefined): Readonly<Record<string, unknown>> {
  const annotations = platform && PLATFORMS[platform].webhookAnnotations;
  return annotations === undefined ? {} : { sidecarInjectorWebhookAnnotations: annotations };
}
