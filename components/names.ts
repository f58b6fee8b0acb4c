/** Names and ports that Istio, its charts and samples, and this program agree on. */

export const ISTIO_NAMESPACE = "istio-system";
/** Secret from which istiod takes its CA. */
export const CA_SECRET = "cacerts";
/** ConfigMap in each namespace through which istiod hands out the root. */
export const SERVED_ROOT = "istio-ca-root-cert";
/** Helm release of the base chart, here and in Istio's documentation. */
export const BASE_RELEASE = "istio-base";
export const EAST_WEST_GATEWAY = "istio-eastwestgateway";
/** The gateway for clients outside of the mesh. */
export const INGRESS_GATEWAY = "istio-ingressgateway";
/** Value of the label `istio` by which a gateway's pods are found: Istio's chart makes it of the release's name. */
export const gatewayLabel = (name: string): string => name.replace(/^istio-/, "");
/** Service of a host's load balancer in front of the istiod of another cluster. */
export const EXTERNAL_ISTIOD = "istiod-external";
export const NETWORK_LABEL = "topology.istio.io/network";
/** Like the network's a label that istiod gives to every endpoint and proxy, and of which the plan knows the value. */
export const CLUSTER_LABEL = "topology.istio.io/cluster";

/** Annotation of a remote's system namespace: the clusters whose istiods may act for it. */
export const CONTROL_PLANES_ANNOTATION = "topology.istio.io/controlPlaneClusters";

/** Annotation of the system namespace: whose state has the cluster's resources, and under which identifier. */
export const OWNER_ANNOTATION = "istio-multicluster/owner";

/** Annotation of a primary's `cacerts`: where it is in the change from one root to the next. */
export const ROOT_PHASE_ANNOTATION = "istio-multicluster/root-phase";

/** Annotation of a primary's `cacerts` whose CA was made elsewhere: the roots that it trusts, and the one it is under. */
export const ROOTS_ANNOTATION = "istio-multicluster/roots";

/** Port on which a gateway passes mutual TLS through to the services behind it. */
export const AUTO_PASSTHROUGH_PORT = 15443;
/** Port of istiod for proxies: configuration and certificates. */
export const DISCOVERY_PORT = 15012;
/** Port of istiod for API servers: injection and validation. */
export const WEBHOOK_PORT = 15017;
/** Port on which a gateway answers health checks. */
export const STATUS_PORT = 15021;
/** Label that injection gives every pod with a proxy. */
export const INJECTED_LABEL = "service.istio.io/canonical-name";
/** Namespace of SPIRE's server and agents. */
export const SPIRE_NAMESPACE = "spire";
/** SPIRE's server: its StatefulSet, its Service for agents, its account and roles. */
export const SPIRE_SERVER = "spire-server";
/** SPIRE's agents: their DaemonSet, account and roles. */
export const SPIRE_AGENT = "spire-agent";
/** Claim of the volume on which a SPIRE server keeps entries and keys. */
export const SPIRE_DATA_CLAIM = "spire-server-data";
/** Service by which other trust domains ask for the roots of this one. */
export const BUNDLE_ENDPOINT = "spire-bundle-endpoint";
/** Port of that Service. */
export const BUNDLE_ENDPOINT_PORT = 8443;
/** ConfigMap in which a SPIRE server tells its roots: its agents, and Pulumi. */
export const SPIRE_BUNDLE = "spire-bundle";
/** File in that ConfigMap. */
export const SPIRE_BUNDLE_FILE = "bundle.crt";
/** Secret with the CA that signs a SPIRE server's, where the program makes it. */
export const SPIRE_UPSTREAM_SECRET = "spire-upstream-ca";
/** Database of a SPIRE server, unless it is given another one. */
export const SPIRE_DATABASE = "datastore";
/** CSI driver that brings the agents' socket into pods. */
export const SPIFFE_CSI_DRIVER = "csi.spiffe.io";
/**
 * Name of the agents' socket. Not Istio's default: a proxy that finds no socket of that name takes a certificate of istiod
 * without a word, while with another name it starts again until the socket is there.
 */
export const SPIRE_SOCKET = "spire-agent.sock";
/** Injection template that brings the socket into pods. */
export const SPIRE_TEMPLATE = "spire";

/** Port of bookinfo's Services and of their pods. */
export const BOOKINFO_PORT = 9080;
/** Port of the helloworld Service and of its pods. */
export const HELLOWORLD_PORT = 5000;

/** Service account whose token other clusters' istiods use to read this cluster's API. */
export const READER_ACCOUNT = "istio-multicluster-reader";

/** Service account of istiod, made by the istiod chart. */
export const ISTIOD_ACCOUNT = "istiod";

/**
 * Name of that account's roles and of their bindings. Not the account's own name: earlier versions gave that to a
 * binding to the chart's role, and a new name lets Pulumi make the new binding before it removes the old one.
 */
export const READER_ROLE = "istio-multicluster-reader-role";

/** Label of the Secrets from which istiod knows other clusters; its value is "true". */
export const REMOTE_SECRET_LABEL = "istio/multiCluster";

/** Name of the Secret through which an observer knows a cluster; the one that istioctl uses. */
export function remoteSecretName(observed: string): string {
  return `istio-remote-secret-${observed}`;
}

/** Name of the one Secret through which an observer knows all clusters, where it has one. */
export const OBSERVER_SECRET = "istio-remote-secrets";

/** Annotation of a remote secret that others have taken the place of: its keys hold no kubeconfig any more. */
export const SUPERSEDED_ANNOTATION = "istio-multicluster/superseded";

/** Annotation of an observer's one Secret: the clusters that it has, with commas between. */
export const CLUSTERS_ANNOTATION = "istio-multicluster/clusters";

/** Annotation of istiod's pods: from which remote secrets they were started to read. Another value starts new ones. */
export const REMOTE_SECRETS_ANNOTATION = "istio-multicluster/remote-secrets";

/** Namespace for Certificates in the one cluster whose issuer signs the CAs of all, unless another is named. */
export const CERTIFICATES_NAMESPACE = "istio-multicluster-ca";

/** Certificate and Secret of a cluster's CA in the cluster of the issuer. */
export function issuedSecretName(cluster: string): string {
  return `${cluster}-cacerts`;
}

/** Pulumi name of a link. A dot cannot be part of a cluster name, so no two links share one. */
export function linkName(observer: string, observed: string): string {
  return `${observer}.observes.${observed}`;
}

/** Pulumi name of an observer's one Secret, after that of the observer; no link's, since these name another cluster after it. */
export const OBSERVER_SUFFIX = ".observes";

/** Pulumi name of an import, after that of the importer. Like a link's it begins with a dot. */
export function importSuffix(host: string): string {
  return `.imports.${host}`;
}

/** Name of the objects through which a cluster imports a host. */
export function importName(host: string): string {
  return `import-${host}`;
}

/** Name of the object through which a cluster exports a Service under another host. */
export function aliasName(host: string): string {
  return `export-${host}`;
}

/** Server name by which a gateway knows the port of a host whose mutual TLS it passes through. */
export function passthroughSni(host: string, port: number): string {
  return `outbound_.${port}_._.${host}`;
}
