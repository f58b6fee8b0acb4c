import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { accountToken } from "./internal/account-token";
import { clusterBase } from "./internal/cluster-base";
import { asClusterMember, componentType } from "./internal/component";
import { controlPlane, identityOf } from "./internal/control-plane";
import type { IstioArgs } from "./internal/istio-args";
import type { Manifest } from "./internal/manifests";
import {
  CONTROL_PLANES_ANNOTATION,
  DISCOVERY_PORT,
  ISTIO_NAMESPACE,
  ISTIOD_ACCOUNT,
  WEBHOOK_PORT,
} from "./names";
import type { BaseSpec, HelmValues, IstiodSpec, ReaderPlan } from "./spec/types";
import { remoteBaseValues, remoteIstiodValues, type RemoteValidation } from "./values/remote";

/** Arguments of {@link ClusterRemote}. */
export interface ClusterRemoteArgs {
  /** The cluster's one name: its ID in Istio, the key under which others know it. A DNS-1123 label. */
  clusterName: string;
  /** Network of its pods. */
  network: string;
  /**
   * Names of the primaries that may act for this cluster, the one at `controlPlaneAddress` first. Of the config
   * cluster of an external control plane its own name, which is that control plane's.
   */
  controlPlanes: string[];
  /**
   * Address that leads to the first one's istiod: of its east-west gateway, which has to expose istiod, or of an
   * `ExternalControlPlane`.
   */
  controlPlaneAddress: pulumi.Input<string>;
  /**
   * Whether that address is an IP or a host name: `ip` or `hostname`.
   * @default "ip"
   */
  controlPlaneAddressType?: string;
  /**
   * Public name of an `ExternalControlPlane`, which clients then use instead of the address.
   * @default - none
   */
  controlPlaneHostName?: string;
  /**
   * Name that leads to the control plane's gateway, by which this cluster's API server calls its webhooks. Needed where
   * the address is a host name and the API server calls webhooks at endpoints, as managed ones do.
   * @default - `controlPlaneHostName`, else the Service `istiod`
   * @see https://github.com/istio/istio/issues/45014
   */
  webhookHostName?: string;
  /**
   * Mesh ID, the same in every cluster.
   * @default "mesh1"
   */
  meshId?: string;
  /**
   * SPIFFE trust domain, that of its control plane.
   * @default "cluster.local"
   */
  trustDomain?: string;
  /**
   * Whether the namespace istio-system exists and is somebody else's: it is labelled, and never deleted.
   * @default false
   */
  adoptNamespace?: boolean;
  /** Whose the namespace made here is, as its annotation `istio-multicluster/owner` tells. @default - it has none */
  owner?: pulumi.Input<string>;
  /**
   * Whether Istio's CRDs exist and are somebody else's, who upgrades them: the base chart is installed without them.
   * @default false
   */
  adoptCrds?: boolean;
  /** Which Istio, and from where. @default - the default version from Istio's Helm repository */
  istio?: IstioArgs;
  /** Settings of the base chart. */
  base?: BaseSpec;
  /** Settings of the istiod chart, of which a remote gets the parts that are not istiod itself. */
  istiod?: IstiodSpec;
  /** The account through which other clusters read this one, as `planMesh` plans it. @default - none */
  reader?: ReaderPlan | undefined;
  /**
   * Whether its Helm release is dropped from the state without a try to delete it, for a cluster that is gone.
   * @default false
   */
  forgetRelease?: boolean;
}

/**
 * A cluster whose proxies and injection webhook use another cluster's istiod: accounts, webhooks, and a Service
 * `istiod` that leads to the primary's gateway or to an external control plane.
 *
 * The primary needs a `RemoteSecretLink` to it, or no proxy here gets a certificate; an `ExternalControlPlane` whose
 * config cluster it is needs its `istiodToken`.
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/primary-remote_multi-network/
 */
export class ClusterRemote extends pulumi.ComponentResource {
  /** UID of istio-system, by which the cluster is told from another in its place. */
  public readonly namespaceUid: pulumi.Output<string>;
  /** Bearer token of the reader account, if there is one; secret. */
  public readonly readerToken: pulumi.Output<string> | undefined;
  /** Bearer token of istiod's own account, of a config cluster; secret. */
  public readonly istiodToken?: pulumi.Output<string>;

  public constructor(name: string, args: ClusterRemoteArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ClusterRemote"), name, {}, asClusterMember(opts));
    const annotations = { [CONTROL_PLANES_ANNOTATION]: args.controlPlanes.join(",") };
    const values = remoteBaseValues(args.base ?? {}, validationOf(args), args.adoptCrds);
    const base = clusterBase(name, { ...args, annotations }, values, this);
    this.namespaceUid = base.namespaceUid;
    this.readerToken = base.readerToken;
    const besides = args.controlPlaneHostName === undefined ? controlPlaneService(args) : [];
    const opening = { parent: this, dependsOn: base.resources };
    const chart = controlPlane(name, args.istio, valuesOf(args), opening, besides);
    if (isConfigCluster(args)) this.istiodToken = istiodToken(name, { parent: this, dependsOn: [chart] });
    this.registerOutputs({});
  }
}

/** A cluster that acts for itself without an istiod of its own. */
function isConfigCluster({ clusterName, controlPlanes }: ClusterRemoteArgs): boolean {
  return controlPlanes[0] === clusterName;
}

/** The account is the chart's; a token for one that is not there yet would be removed at once. */
function istiodToken(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return accountToken(`${name}-istiod-token`, ISTIOD_ACCOUNT, "istiod-token", opts);
}

function valuesOf(args: ClusterRemoteArgs): HelmValues {
  return remoteIstiodValues({
    ...identityOf(args),
    ...validationOf(args),
    values: args.istiod?.values,
  });
}

/** A public name has a certificate that the system's roots verify, and a config cluster's istiod writes its CA there. */
function validationOf(args: ClusterRemoteArgs): RemoteValidation {
  const { webhookHostName, controlPlaneHostName } = args;
  return {
    webhookHostName: webhookHostName ?? controlPlaneHostName,
    isTrusted: isConfigCluster(args) || controlPlaneHostName !== undefined,
  };
}

const SERVICE = { name: "istiod", namespace: ISTIO_NAMESPACE };

/**
 * What proxies and the API server of a remote take for istiod. The chart can make the Service as well, but takes the
 * address as plain text only.
 */
function controlPlaneService(args: ClusterRemoteArgs): Manifest[] {
  const service = { apiVersion: "v1", kind: "Service", metadata: SERVICE };
  const ports = [
    { name: "tcp-istiod", port: DISCOVERY_PORT, protocol: "TCP" },
    { name: "tcp-webhook", port: 443, targetPort: WEBHOOK_PORT, protocol: "TCP" },
  ];
  const address = pulumi.output(args.controlPlaneAddress).apply((text) => checkedAddress(text, args));
  if (args.controlPlaneAddressType === "hostname") {
    return [{ ...service, spec: { type: "ExternalName", externalName: address, ports } }];
  }
  return [{ ...service, spec: { ports } }, endpointSlice(address)];
}

/** The kind of address decides which objects there are, so it has to be known before the address is. */
function checkedAddress(address: string, args: ClusterRemoteArgs): string {
  const expected = args.controlPlaneAddressType ?? "ip";
  const found = isIP(address) === 0 ? "hostname" : "ip";
  if (found === expected) return address;
  throw new Error(
    `the way to ${args.controlPlanes[0]}, control plane of ${args.clusterName}, has the address ${address}, but ` +
      `gateway.addressType of the cluster whose load balancer it is says ${expected}; set it to ${found}`,
  );
}

function endpointSlice(address: pulumi.Output<string>): Manifest {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...SERVICE, labels: { "kubernetes.io/service-name": SERVICE.name } },
    addressType: address.apply((text) => `IPv${isIP(text)}`),
    endpoints: [{ addresses: [address] }],
    ports: [
      { name: "tcp-istiod", port: DISCOVERY_PORT, protocol: "TCP" },
      { name: "tcp-webhook", port: WEBHOOK_PORT, protocol: "TCP" },
    ],
  };
}
