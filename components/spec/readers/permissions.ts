import { satisfies } from "semver";
import { SERVED_ROOT } from "../../names";
import { env, readsCredentials } from "../istio/env";
import type { IstiodSpec, ReaderRule } from "../types";

/** What of an observer decides on what its istiod asks of the API of a cluster that it observes. */
export interface Observation {
  /** Version of the observer's Istio. */
  readonly version: string;
  /** The observer's settings of istiod. */
  readonly istiod: IstiodSpec;
  /** Whether it is a control plane of the observed cluster. */
  readonly serves: boolean;
  /** Whether it is a control plane of any cluster, and so asks each one whether it is meant to be there too. */
  readonly servesRemotes: boolean;
  /** Whether `istioctl analyze` may read the observed cluster by its remote secret. */
  readonly analyzes: boolean;
}

/** A permission, and which observers need it. */
export interface ReaderPermission extends ReaderRule {
  /** Who needs it, for people. */
  readonly when: string;
  readonly neededBy: (observer: Observation) => boolean;
}

const READ = ["list", "watch"];
const everyone = { when: "always", neededBy: () => true };
const servants = { when: "the observer is a control plane of the cluster", neededBy: serves };
const analysts = {
  command: "istioctl analyze",
  when: "unless the cluster has istioctlAnalyze: false, or the observer istiod.remoteCredentials: false",
  // It waits for Secrets as well, so without them the rest would be of no use.
  neededBy: ({ analyzes, istiod }: Observation) => analyzes && readsCredentials(istiod),
};
const inCluster = { scope: "cluster" } as const;
const inSystemNamespace = { scope: "istio-system" } as const;
const ELECTION = ["istio-namespace-controller-election"];
const TRUST = { apiGroup: "", resources: ["configmaps"], resourceNames: [SERVED_ROOT] };

/**
 * The groups of all kinds that `istioctl analyze` reads besides those that istiod reads. A kind that it may not read
 * keeps it waiting for ever.
 * @see https://github.com/istio/istio/blob/1.31.0/pkg/config/analysis/analyzers/schema/validation.go
 */
const ANALYZED_GROUPS = ["networking", "security", "extensions", "telemetry"];

/**
 * Everything that istiod asks of the API of a cluster that it observes, established by an audit log of that API
 * (test/lab/credentials.test.ts and primary-remote.test.ts repeat it) but for the multi-cluster services API; and what
 * `istioctl analyze` asks with the same credential.
 *
 * Istio's own `istio-reader-clusterrole` allows far more, in every cluster alike.
 * @see https://github.com/istio/istio/blob/1.31.0/manifests/charts/istio-control/istio-discovery/templates/reader-clusterrole.yaml
 */
export const READER_PERMISSIONS: readonly ReaderPermission[] = [
  {
    apiGroup: "",
    resources: ["namespaces", "nodes", "pods", "services"],
    verbs: READ,
    ...inCluster,
    feature: "service discovery: services, workloads with their identity and locality, network gateways",
    ...everyone,
  },
  {
    apiGroup: "discovery.k8s.io",
    resources: ["endpointslices"],
    verbs: READ,
    ...inCluster,
    feature: "endpoints of services",
    ...everyone,
  },
  {
    apiGroup: "apiextensions.k8s.io",
    resources: ["customresourcedefinitions"],
    verbs: READ,
    ...inCluster,
    feature: "which of the kinds below the cluster knows",
    ...everyone,
  },
  {
    apiGroup: "gateway.networking.k8s.io",
    resources: ["gateways"],
    verbs: READ,
    ...inCluster,
    feature: "network gateways of the Gateway API, where its CRDs are installed",
    ...everyone,
  },
  {
    apiGroup: "networking.istio.io",
    resources: ["workloadentries"],
    verbs: READ,
    ...inCluster,
    feature: "WorkloadEntries that ServiceEntries of the observer select",
    when: "unless the observer sets PILOT_ENABLE_CROSS_CLUSTER_WORKLOAD_ENTRY=false",
    neededBy: ({ istiod }) => env(istiod, "PILOT_ENABLE_CROSS_CLUSTER_WORKLOAD_ENTRY") !== "false",
  },
  {
    apiGroup: "",
    resources: ["configmaps"],
    resourceNames: ["istio"],
    verbs: READ,
    ...inSystemNamespace,
    feature: "the cluster's trust domain, from its mesh configuration",
    when: "the observer's Istio is 1.29 or newer",
    neededBy: ({ version }) => isVersion(version, ">=1.29.0-0"),
  },
  {
    apiGroup: "",
    resources: ["secrets"],
    verbs: READ,
    ...inCluster,
    feature: "TLS credentials of gateways: without it istiod never counts the cluster as synchronised",
    when: "unless the observer has istiod.remoteCredentials: false",
    neededBy: ({ istiod }) => readsCredentials(istiod),
  },
  {
    apiGroup: "",
    resources: ["namespaces"],
    resourceNames: ["istio-system"],
    verbs: ["get"],
    ...inCluster,
    feature: "whether the cluster names the observer as its control plane",
    when: "the observer is a control plane of any remote",
    neededBy: ({ servesRemotes }) => servesRemotes,
  },
  {
    apiGroup: "authentication.k8s.io",
    resources: ["tokenreviews"],
    verbs: ["create"],
    ...inCluster,
    feature: "authentication of the cluster's proxies",
    ...servants,
  },
  {
    apiGroup: "authorization.k8s.io",
    resources: ["subjectaccessreviews"],
    verbs: ["create"],
    ...inCluster,
    feature: "whether a gateway in the cluster may use a TLS credential",
    when: `${servants.when} and has not istiod.remoteCredentials: false`,
    neededBy: (observer) => serves(observer) && readsCredentials(observer.istiod),
  },
  {
    ...TRUST,
    verbs: [...READ, "update"],
    ...inCluster,
    feature: "the root certificate for proxies, in every namespace",
    ...servants,
  },
  {
    apiGroup: "",
    resources: ["configmaps"],
    verbs: ["create"],
    ...inCluster,
    feature: "the same in new namespaces, and the election below; a name cannot restrict this verb",
    ...servants,
  },
  {
    ...TRUST,
    resourceNames: ["istio-ca-crl"],
    verbs: [...READ, "update"],
    ...inCluster,
    feature: "the certificate revocation list for proxies, in every namespace",
    when: `${servants.when} and does not set PILOT_ENABLE_CA_CRL=false`,
    neededBy: (observer) => serves(observer) && env(observer.istiod, "PILOT_ENABLE_CA_CRL") !== "false",
  },
  {
    apiGroup: "",
    resources: ["configmaps"],
    resourceNames: ELECTION,
    verbs: ["get", "update"],
    ...inSystemNamespace,
    feature: "election of the one istiod that writes the root certificates",
    ...servants,
  },
  {
    apiGroup: "admissionregistration.k8s.io",
    resources: ["mutatingwebhookconfigurations"],
    verbs: READ,
    ...inCluster,
    feature: "whether the injection webhook has the CA of the observer's istiod",
    ...servants,
  },
  {
    apiGroup: "admissionregistration.k8s.io",
    resources: ["mutatingwebhookconfigurations"],
    // Of all webhooks this would be the power over every object of the cluster.
    resourceNames: ["istio-sidecar-injector"],
    verbs: ["update"],
    ...inCluster,
    feature: "to give it that CA",
    ...servants,
  },
  {
    apiGroup: "multicluster.x-k8s.io",
    resources: ["serviceexports", "serviceimports"],
    verbs: READ,
    ...inCluster,
    feature: "the multi-cluster services API; from istiod's sources",
    when: "the observer sets ENABLE_MCS_SERVICE_DISCOVERY, ENABLE_MCS_HOST or ENABLE_MCS_AUTO_EXPORT",
    neededBy: ({ istiod }) =>
      ["SERVICE_DISCOVERY", "HOST", "AUTO_EXPORT"].some(
        (name) => env(istiod, `ENABLE_MCS_${name}`) === "true",
      ),
  },
  {
    apiGroup: "multicluster.x-k8s.io",
    resources: ["serviceexports"],
    verbs: ["get", "create", "delete"],
    ...inCluster,
    feature: "export of every service; from istiod's sources",
    when: "the observer sets ENABLE_MCS_AUTO_EXPORT",
    neededBy: ({ istiod }) => env(istiod, "ENABLE_MCS_AUTO_EXPORT") === "true",
  },
  ...ANALYZED_GROUPS.map((group) => ({
    apiGroup: `${group}.istio.io`,
    resources: ["*"],
    verbs: READ,
    ...inCluster,
    feature: "`istioctl analyze`, which reads Istio's objects in every cluster of the mesh",
    ...analysts,
  })),
  {
    apiGroup: "",
    resources: ["configmaps"],
    resourceNames: ["istio"],
    verbs: ["get"],
    ...inSystemNamespace,
    feature: "`istioctl analyze`: the mesh configuration",
    ...analysts,
  },
];

/** The permissions that some observer of a cluster needs. */
export function readerRules(observers: readonly Observation[]): ReaderRule[] {
  return READER_PERMISSIONS.filter(({ neededBy }) => observers.some(neededBy)).map(
    ({ when: _, neededBy: __, ...rule }) => rule,
  );
}

function serves(observer: Observation): boolean {
  return observer.serves;
}

function isVersion(version: string, range: string): boolean {
  return satisfies(version, range, { includePrerelease: true });
}
