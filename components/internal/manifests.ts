import * as pulumi from "@pulumi/pulumi";
import { PLACEMENT_ANNOTATIONS } from "../topology/placement";

/** A Kubernetes object as YAML has it; what says nothing of its identity may be an Output. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Any Kubernetes object; its type token carries group, version and kind. */
export class KubernetesObject extends pulumi.CustomResource {
  /** What the cluster reports of the object; undefined for kinds that report nothing. */
  declare public readonly status: pulumi.Output<unknown>;

  public constructor(
    type: string,
    name: string,
    public readonly manifest: Manifest,
    opts: pulumi.CustomResourceOptions,
  ) {
    // The undefined status asks the SDK for an output of that name.
    super(type, name, { ...manifest, status: undefined }, opts);
  }
}

/** Kinds that others refer to by name, so that they have to be there first: istiod without its injector's
 * template, say, runs on without injection. */
const REFERRED_TO = [
  "ServiceAccount",
  "ConfigMap",
  "Secret",
  "Role",
  "RoleBinding",
  "ClusterRole",
  "ClusterRoleBinding",
];

/**
 * Makes each manifest a resource of its own: Namespaces first, then what others refer to, then the rest;
 * removed in the opposite order.
 *
 * @param prefix - prefix of the resources' names, which go on with `<namespace>/<name>` as in Pulumi's own charts
 */
export function applyManifests(
  prefix: string,
  manifests: readonly Manifest[],
  opts: pulumi.CustomResourceOptions,
): KubernetesObject[] {
  const steps = [
    manifests.filter(({ kind }) => kind === "Namespace"),
    manifests.filter(({ kind }) => REFERRED_TO.includes(kind)),
    manifests.filter(({ kind }) => kind !== "Namespace" && !REFERRED_TO.includes(kind)),
  ];
  const made: KubernetesObject[] = [];
  const counted = autoscaled(manifests);
  let { dependsOn } = opts;
  for (const step of steps.filter(({ length }) => length > 0)) {
    const next = step.map((manifest) => {
      const isCounted = manifest.kind === "Deployment" && counted.includes(manifest.metadata.name);
      const own = isCounted ? { ignoreChanges: REPLICAS } : {};
      return toResource(prefix, manifest, { ...opts, ...own, dependsOn });
    });
    // Whatever came before these is implied, and the state has the name of each resource that is waited for.
    dependsOn = next;
    made.push(...next);
  }
  return made;
}

/** Names of the Deployments whose pods an autoscaler among the same manifests counts. */
function autoscaled(manifests: readonly Manifest[]): string[] {
  return manifests
    .filter(({ kind }) => kind === "HorizontalPodAutoscaler")
    .map(({ spec }) => (spec as { scaleTargetRef: { name: string } }).scaleTargetRef.name);
}

/**
 * Where an autoscaler counts, a count that merely left the manifest would go back to Kubernetes' default, a single pod,
 * until the autoscaler has seen that: it starts from what it finds instead.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
const REPLICAS = ["spec.replicas"];

function toResource(
  prefix: string,
  manifest: Manifest,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject {
  const { apiVersion, kind, metadata } = manifest;
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const path = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  const name = `${prefix}:${path}`;
  const type = `kubernetes:${group}:${kind}`;
  if (group.split("/")[0]?.endsWith(".istio.io"))
    return new KubernetesObject(type, name, deletedAtOnce(manifest), opts);
  return kind === "Service"
    ? new KubernetesObject(
        type,
        name,
        withoutSettling(manifest),
        pulumi.mergeOptions(opts, replacement(manifest)),
      )
    : new KubernetesObject(type, name, manifest, opts);
}

/**
 * By default an object is deleted in two steps, the second of which is an update: one of Istio's objects would never go
 * where istiod has gone before it, since its webhook has to allow updates. None of them owns another.
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumi-com-annotations
 */
function deletedAtOnce(manifest: Manifest): Manifest {
  const { metadata } = manifest;
  const annotations = { "pulumi.com/deletionPropagationPolicy": "background", ...metadata.annotations };
  return { ...manifest, metadata: { ...metadata, annotations } };
}

const isLoadBalancer = (service: Manifest) =>
  (service["spec"] as { type?: string } | undefined)?.type === "LoadBalancer";

/**
 * A Service that counts as made once the API has it, or once it has the load balancer's address that links need.
 * The provider's own logic also wants endpoints, and after each change of them ten quiet seconds; the Deployments
 * behind our Services are awaited anyway.
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumi-com-annotations
 */
function withoutSettling(service: Manifest): Manifest {
  const { metadata } = service;
  const { annotations = {} } = metadata;
  if (AWAIT_ANNOTATIONS.some((key) => key in annotations)) return service;
  const readiness: Record<string, string> = isLoadBalancer(service)
    ? { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress}" }
    : { "pulumi.com/skipAwait": "true" };
  return { ...service, metadata: { ...metadata, annotations: { ...readiness, ...annotations } } };
}

/** Whoever sets one of these decides alone what is waited for. */
const AWAIT_ANNOTATIONS = ["pulumi.com/waitFor", "pulumi.com/skipAwait"];

/** When a Service is made anew, which has to be after the old one is gone, since it has its name. */
function replacement(service: Manifest): pulumi.CustomResourceOptions {
  const paths = isLoadBalancer(service) ? PLACEMENT : SELECTOR;
  return { replaceOnChanges: [...paths], deleteBeforeReplace: true };
}

/**
 * A Service that loses its selector keeps the endpoints that Kubernetes had found by it, though their pods are gone,
 * as when a primary becomes a remote. A new one starts without them.
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors
 */
const SELECTOR = ["spec.selector"];

/**
 * What places a load balancer. After a change of it the old address stays in the Service's status for a while, or for
 * ever, where a cloud does not take it up: nothing tells whether another one is to be waited for. A new Service has none.
 * @see https://github.com/kubernetes/kubernetes/issues/66306
 */
const PLACEMENT = [
  ...PLACEMENT_ANNOTATIONS.map((key) => `metadata.annotations["${key}"]`),
  "spec.loadBalancerIP",
  "spec.loadBalancerClass",
];
