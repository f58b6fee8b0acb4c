import type { AddressType } from "../../topology/platforms";
import type { LocalityFailoverSpec } from "../locality/types";

/** Chooses among `services`, by what this config says of them; nothing is read from a cluster. */
export interface ServiceSelector {
  /** Their name. @default - any */
  readonly name?: string | undefined;
  /** Labels that they all have, with these values. @default {} */
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  /** Namespaces in which they are. @default - any */
  readonly namespaces?: readonly string[] | undefined;
  /** Clusters from which they are taken, of `clusters` and `exporters`. @default - all in which they run */
  readonly clusters?: readonly string[] | undefined;
}

/** A port of an imported host. */
export interface ImportPortSpec {
  /** Its name, which is that of the services' port behind it. */
  readonly name: string;
  /** Its number. */
  readonly port: number;
}

/**
 * Services of other clusters that clients here call by way of these clusters' gateways: no credential for another
 * cluster's API is needed, and nobody reads it. A pair of clusters needs a link of kind `import` for it.
 *
 * With `host`, all services that are chosen stand behind it, as one ("virtual destination"). Without it, each keeps its
 * own name.
 *
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-multicluster/1645-multi-cluster-services-api
 */
export interface ServiceImportSpec {
  /** Which services; with `{}` all of them. */
  readonly services: ServiceSelector;
  /** Primaries that import them, also for their remotes. @default - all with an import link to one that exports them */
  readonly into?: readonly string[] | undefined;
  /**
   * Name by which they are called: that of a Service, such as `hello.shop.svc.cluster.local`, or with `dnsCapture` any
   * DNS name.
   * @default - of each its own, `<name>.<namespace>.svc.cluster.local`
   */
  readonly host?: string | undefined;
  /** Namespaces whose clients may use it; only for a host that has no Service where it is imported. @default - all */
  readonly namespaces?: readonly string[] | undefined;
  /**
   * Ports of `host`. Each leads to the port of the same name of every service behind it, whatever number that has.
   * @default - those of the services, which then have to be the same
   */
  readonly ports?: readonly ImportPortSpec[] | undefined;
  /**
   * Lets clients prefer near endpoints: of their own network, then of their region. `{}` takes every default. Clusters
   * cannot order imported endpoints, which Istio counts to the importer's own: set `region` of the exporting ones.
   * @default - every endpoint serves all
   */
  readonly failover?: LocalityFailoverSpec | undefined;
  /**
   * Whether whoever has an identity of the mesh may answer, for services of which no `serviceAccounts` are known. Whoever
   * holds a gateway on the way can then lead requests to any workload.
   * @default false
   */
  readonly anyIdentity?: boolean | undefined;
}

/** An output of another stack that tells the addresses of gateways. */
export interface ExporterReference {
  /** The other stack: `organization/project/stack`. */
  readonly stackReference: string;
  /** Name of its output. @default "exports" */
  readonly output?: string | undefined;
  /** The cluster's name there. @default - the one it has here */
  readonly cluster?: string | undefined;
}

/**
 * A cluster of another stack or another team that exports services to this mesh: `links` and `services` name it as they
 * name a cluster. Nothing is made or read there, and nobody here has access to it.
 *
 * Both sides have to trust the root of the other: `ca.trustBundle`.
 */
export interface ExporterSpec {
  /** Its name here, a DNS-1123 label that no cluster of the mesh has. */
  readonly name: string;
  /** Addresses of its east-west gateway, all IPs or all host names. Either these or `from`. @default - those that `from` tells */
  readonly addresses?: readonly string[] | undefined;
  /** Where its stack tells the addresses. They arrive by each `up`. @default - `addresses` */
  readonly from?: ExporterReference | undefined;
  /** With `from`: whether its load balancer has IPs or a host name. @default "ip" */
  readonly addressType?: AddressType | undefined;
  /** Region in which it is, for failover: `topology.kubernetes.io/region` of its nodes. @default - unknown */
  readonly region?: string | undefined;
  /** Its trust domain. @default - the mesh's */
  readonly trustDomain?: string | undefined;
}

/** A service of one cluster behind an imported host. */
export interface ImportSource {
  /** A cluster of the mesh, or one of `exporters`. */
  readonly cluster: string;
  /** Name of the Service there. */
  readonly name: string;
  readonly namespace: string;
}

/** A port of an imported host. */
export interface ImportedPortPlan {
  readonly name: string;
  readonly port: number;
  /** Server name that the exporters' gateways know, where it is not Istio's own for this host and port. */
  readonly sni?: string | undefined;
  /** With `workloadSelector`: port of the pods. */
  readonly targetPort?: number | undefined;
}

/** The gateway of a cluster that exports a service. */
export interface ImportedEndpointPlan {
  /** Whose own gateway it is: a cluster of the mesh, or one of `exporters`. */
  readonly cluster: string;
  /**
   * Network of the endpoint, one of its own: with a network that a gateway knows, or none, two gateways that import a
   * host from each other would send a request to and fro until they fail.
   */
  readonly network: string;
  /** Region of the cluster. */
  readonly locality?: string | undefined;
  readonly addressType: AddressType;
  /** Addresses, where the config gives them; else the gateway's own are known once it is there. */
  readonly addresses?: readonly string[] | undefined;
}

/** A host as one cluster imports it, for its own clients and those of its remotes. */
export interface ServiceImportPlan {
  /** The importer, a primary. */
  readonly cluster: string;
  readonly host: string;
  /** Namespace of its objects: the Service's own where the host is a Service's name, since Istio ignores others. */
  readonly namespace: string;
  /** Namespaces that see it, or `["*"]`. */
  readonly exportTo: readonly string[];
  readonly ports: readonly ImportedPortPlan[];
  readonly endpoints: readonly ImportedEndpointPlan[];
  /** SPIFFE IDs that may answer, those of local pods among them; empty for any. */
  readonly subjectAltNames: readonly string[];
  /** @default - every endpoint serves all */
  readonly failover?: LocalityFailoverSpec | undefined;
  /** Labels of the importer's own pods that serve the host as well, where no Service of that name leads to them. */
  readonly workloadSelector?: Readonly<Record<string, string>> | undefined;
  /** Whether the host is a Service without pods to the importer: one of `serviceStubs`, or of the sample applications. */
  readonly stub: boolean;
  /** What stands behind it in other clusters. */
  readonly sources: readonly ImportSource[];
}

/** A port of an alias. */
export interface AliasPortPlan {
  readonly name: string;
  readonly port: number;
  /** Port of the pods with `workloadSelector`, otherwise of the Service. */
  readonly targetPort: number;
}

/** Another name under which a gateway leads to a service. */
export interface ServiceAliasPlan {
  readonly host: string;
  /** Full name of the Service that it leads to. */
  readonly service: string;
  /** Its namespace. */
  readonly namespace: string;
  readonly ports: readonly AliasPortPlan[];
  /** Labels of its pods. @default - the Service is looked up by its name */
  readonly workloadSelector?: Readonly<Record<string, string>> | undefined;
}

/** A service that meshes of other stacks may import, as their configs have to describe it. */
export interface OfferedServicePlan {
  readonly name: string;
  readonly namespace: string;
  readonly ports: readonly ImportPortSpec[];
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccounts: readonly string[];
}

/** What one cluster offers to meshes of other stacks. */
export interface OfferPlan {
  readonly cluster: string;
  readonly region?: string | undefined;
  readonly services: readonly OfferedServicePlan[];
}

/** What the gateway of a cluster and those of its remotes lead to because other clusters import it. */
export interface ServiceExportPlan {
  /** A primary, whose control plane configures these gateways. */
  readonly cluster: string;
  readonly hosts: readonly string[];
  readonly aliases: readonly ServiceAliasPlan[];
}
