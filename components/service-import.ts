import * as pulumi from "@pulumi/pulumi";
import { applyChart, type StandIn } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { serviceImport } from "./objects/service-import";
import { importProblems } from "./objects/service-import-rules";
import type { LocalityFailoverSpec } from "./spec/types";

/** A port of an imported service. */
export interface ServiceImportPortArgs {
  /** Name by which Istio knows the protocol: `http`, `grpc-api`, `tcp-db`. */
  name: string;
  /** Number that clients use. */
  port: number;
  /**
   * Name under which the exporters' gateways know the port: that of the exported host and of its own port number. One for
   * all exporters.
   * @default - of the imported host and `port`: `outbound_.<port>_._.<host>`
   */
  sni?: string;
  /**
   * Port of the pods that `workloadSelector` finds.
   * @default - `port`
   */
  targetPort?: number;
}

/** A cluster that exports the service. */
export interface ServiceImportEndpointArgs {
  /** Name of the cluster. */
  cluster: string;
  /** Addresses of its east-west gateway, one for each load balancer. Gateways behind one have to export the same. */
  addresses: readonly pulumi.Input<string>[];
  /**
   * What the addresses are: `ip` or `hostname`. One `hostname` among them has clients resolve all by DNS; then the host
   * must not be that of a Service, unless of a `stub`.
   * @default "ip"
   */
  addressType?: string;
  /**
   * Network of the endpoints. One that no gateway is known for: only then is the address used as it is, and no gateway
   * relays a request to where it came from.
   * @default `import-<cluster>`
   */
  network?: string;
  /**
   * Where the cluster is, `region/zone`, as the labels of the importer's nodes have it. It orders endpoints.
   * @default - unknown, which is farther than any known place
   */
  locality?: string;
}

/** Arguments of {@link ServiceImport}. */
export interface ServiceImportArgs {
  /**
   * Host that clients call. If there is a Service of this name, its pods serve as well. A host that no Service has can be
   * resolved only where proxies answer for names (`dnsCapture`).
   */
  host: string;
  /** Namespace of the objects, which has to exist; of a host that is a Service's that Service's own. */
  namespace: string;
  /**
   * Namespaces whose workloads may use the host; `.` is that of the objects.
   * @default - all
   */
  exportTo?: readonly string[];
  /** Ports of the host. */
  ports: readonly ServiceImportPortArgs[];
  /** The clusters from which it is imported. */
  endpoints: readonly ServiceImportEndpointArgs[];
  /**
   * Identities of all who may answer, those of this cluster's own pods among them:
   * `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`. An answer of anybody else is refused.
   * @default - none, which takes `anyIdentity`
   */
  subjectAltNames?: readonly pulumi.Input<string>[];
  /**
   * Whether whoever has a certificate under a trusted root may answer.
   * @default false
   */
  anyIdentity?: boolean;
  /**
   * How clients choose among endpoints, and when they leave one out. `{}` is: pods of their own network first, then by
   * region, then by zone. Outlier detection is on in any case.
   * @default - every endpoint serves every client
   */
  failover?: LocalityFailoverSpec;
  /**
   * Labels of pods of the namespace that serve the host as well, where it is not that of their Service.
   * @default - none
   */
  workloadSelector?: Readonly<Record<string, string>>;
  /**
   * Whether the host is that of a Service without endpoints, by which its name is resolved where proxies do not answer for
   * it: one of `ServiceStubs`, `<name>.<namespace>.svc.cluster.local`. Gateways with host names then get a route to them.
   * @default false
   */
  stub?: boolean;
}

/**
 * Lets the clients of one cluster call a service of others through their east-west gateways. Neither cluster gets a
 * credential for the other, and only what a `ServiceExport` leads to can be imported.
 *
 * Istio reads it from a primary's own cluster only: put it into every primary's whose clients call the host, and into no
 * remote's. Mutual TLS goes from client to serving pod, whose AuthorizationPolicies see the client's identity. A host has
 * one DestinationRule, and this is it: subsets and other policies of a second one would be ignored.
 *
 * @throws InputPropertiesError that lists what is wrong with the arguments
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ServiceImport extends pulumi.ComponentResource {
  public constructor(name: string, args: ServiceImportArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(name, args);
    super(componentType("ServiceImport"), name, {}, opts);
    applyChart(name, (chart, standIn) => serviceImport(chart, request(args, standIn)), { parent: this });
    this.registerOutputs({});
  }
}

/** Throws what is wrong with the arguments, if anything is. */
function refuse(name: string, args: ServiceImportArgs): void {
  const problems = importProblems(request(args, plainText));
  if (problems.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: `${name} cannot import ${args.host}`,
    errors: problems.map(({ path, message }) => ({ propertyPath: path, reason: message })),
  });
}

/** Nothing asks what an Output says before it is known: turned into a text, it may throw. */
function plainText(value: pulumi.Input<string>): string {
  return typeof value === "string" ? value : "";
}

/** The arguments with their defaults, and texts in place of what may be an Output. */
function request({ endpoints, ...args }: ServiceImportArgs, standIn: StandIn) {
  return {
    ...args,
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, addresses: endpoint.addresses.map(standIn) })),
    subjectAltNames: (args.subjectAltNames ?? []).map(standIn),
    anyIdentity: args.anyIdentity ?? false,
    stub: args.stub ?? false,
  };
}
