const prefixed = (prefix: string, ...names: string[]) => names.map((name) => `${prefix}${name}`);

/**
 * AWS's controllers. The one that names the controller must not change under a load balancer that is there; the others
 * make a new one.
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#lb-type
 * @see https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1640
 */
const AWS = prefixed("service.beta.kubernetes.io/aws-load-balancer-", "type", "scheme", "internal");

/** @see https://docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters */
const GOOGLE = [
  ...prefixed("cloud.google.com/", "l4-rbs", "load-balancer-type", "network-tier"),
  ...prefixed(
    "networking.gke.io/",
    "internal-load-balancer-subnet",
    "load-balancer-ip-addresses",
    "load-balancer-type",
  ),
];

/** @see https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#loadbalancer-annotations */
const AZURE = prefixed(
  "service.beta.kubernetes.io/azure-",
  "load-balancer-configurations",
  "load-balancer-internal",
  "load-balancer-internal-subnet",
  "load-balancer-ipv4",
  "load-balancer-ipv6",
  "load-balancer-resource-group",
  "pip-name",
  "pip-name-ipv6",
  "pip-prefix-id",
  "pip-prefix-id-ipv6",
);

/** Under its old domain as well. @see https://metallb.io/usage/#requesting-specific-ips */
const METALLB = ["metallb.io/", "metallb.universe.tf/"].flatMap((domain) =>
  prefixed(domain, "address-pool", "loadBalancerIPs"),
);

/**
 * Annotations of a Service of which a change gives it another address, or another load balancer with another one.
 * Whatever the platform: what it does not know has no effect there, and OpenShift runs on every cloud.
 */
export const PLACEMENT_ANNOTATIONS: readonly string[] = [...AWS, ...GOOGLE, ...AZURE, ...METALLB];
