import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { systemNamespace, uidOf } from "./internal/cluster-base";
import { asClusterMember, componentType } from "./internal/component";
import { controlPlane, identityOf } from "./internal/control-plane";
import type { CaIssuerArgs } from "./internal/issued-ca";
import type { IstioArgs } from "./internal/istio-args";
import { loadBalancerAddress } from "./internal/load-balancer";
import { applyManifests, type KubernetesObject } from "./internal/manifests";
import { publicCertificate, PUBLIC_CERTIFICATE_SECRET } from "./internal/public-certificate";
import { pullSecrets } from "./internal/pull-secrets";
import { signingCa } from "./internal/signing-ca";
import { encodedKubeconfig } from "./internal/token-kubeconfig";
import { type WorkloadSocketArgs, workloadSocketOf } from "./internal/workload-socket";
import { EXTERNAL_ISTIOD, ISTIO_NAMESPACE } from "./names";
import type { MeshRoots } from "./pki/exchange";
import type { HelmValues, IstiodSpec } from "./spec/types";
import { externalIstiodPorts } from "./topology/ports";
import { externalIstiodValues } from "./values/external";

/** Arguments of {@link ExternalControlPlane}. */
export interface ExternalControlPlaneArgs {
  /** Name of the config cluster: the cluster ID by which proxies, remotes and other control planes know this istiod. */
  clusterName: string;
  /** Network of the config cluster's pods. */
  network: string;
  /** Whose the namespace made here is, as its annotation `istio-multicluster/owner` tells. @default - it has none */
  owner?: pulumi.Input<string>;
  /** API address of the config cluster, as pods of the host reach it. */
  server: pulumi.Input<string>;
  /** CA of that API, a PEM bundle in base64. */
  caData: pulumi.Input<string>;
  /**
   * Name that the API's certificate is checked for, where it is not the host of `server`.
   * @default - the host of `server`
   */
  tlsServerName?: pulumi.Input<string>;
  /** Bearer token of the config cluster's `istiod` account: `ClusterRemote.istiodToken`. */
  token: pulumi.Input<string>;
  /**
   * Mesh ID, the same in every cluster.
   * @default "mesh1"
   */
  meshId?: string;
  /**
   * SPIFFE trust domain of the workloads' identities.
   * @default "cluster.local"
   */
  trustDomain?: string;
  /**
   * Other trust domains of the mesh whose workloads may call: certificates of further ones are refused, whatever their root.
   * @default []
   */
  foreignTrustDomains?: string[];
  /**
   * Certificate of this istiod's signing CA, PEM; with it the three below.
   * @default - the CA of `caIssuer`, or with `adoptCacerts` one that is there already
   */
  caCertificate?: pulumi.Input<string>;
  /** Private key of this istiod's signing CA, PEM. */
  caPrivateKey?: pulumi.Input<string>;
  /** Certificates from the signing CA up to and including the root, PEM. */
  certificateChain?: pulumi.Input<string>;
  /** The root certificates that the cluster accepts, PEM; the mesh's first, always in the same order. */
  rootCertificate?: pulumi.Input<string>;
  /** Revocation lists of every CA in the mesh, PEM. @default - none */
  crl?: pulumi.Input<string>;
  /**
   * The cert-manager issuer, in the host, that signs the CA and keeps it current without Pulumi, in place of the four
   * above. No key of it comes near Pulumi.
   * @default - none
   */
  caIssuer?: CaIssuerArgs;
  /**
   * Whether the Secret istio-system/cacerts of the host is there already and stays somebody else's. It has to be said, since an
   * istiod without a CA makes a root of its own, which no other cluster trusts.
   * @default false
   */
  adoptCacerts?: boolean;
  /**
   * Generation and phase of the root, such as `2/sign-new`; an update that goes through them out of order is refused.
   * @default - before any rotation, `1/stable`
   * @see RootSpec
   */
  rootPhase?: pulumi.Input<string>;
  /**
   * The roots of CAs that were made elsewhere, by SHA-256; an update after which proxies would not trust each other is refused.
   * @default - nothing is refused
   */
  roots?: pulumi.Input<MeshRoots>;
  /**
   * A socket from which proxies get their certificates, in place of istiod; pods that are started afterwards.
   * @default - istiod issues them
   */
  workloadSocket?: WorkloadSocketArgs;
  /**
   * Lifetime of proxies' certificates in minutes.
   * @default - Istio's, 24 hours
   */
  certificateTtlMinutes?: number;
  /** Which Istio, and from where. @default - the default version from Istio's Helm repository */
  istio?: IstioArgs;
  /** Hosts that are reached within their cluster only. @default [] */
  clusterLocal?: string[];
  /**
   * Whether proxies answer their pods' DNS queries; holds for pods started afterwards.
   * @default false
   */
  dnsCapture?: boolean;
  /** Present names of served clusters by former ones, for proxies started under these; Istio 1.27 on. @default {} */
  clusterAliases?: Readonly<Record<string, string>>;
  /** Settings of istiod: replicas, resources, tolerations, Helm values. */
  istiod?: IstiodSpec;
  /**
   * Whether the load balancer has an IP or a host name: `ip` or `hostname`.
   * @default "ip"
   */
  addressType?: string;
  /** Annotations of the LoadBalancer Service. @default {} */
  serviceAnnotations?: Readonly<Record<string, string>>;
  /** CIDRs that may connect to the load balancer. @default - any */
  sourceRanges?: readonly string[];
  /**
   * Public name of istiod, under a certificate that the system's roots verify.
   * @default - none: clients use its in-cluster name and the mesh's root
   */
  publicHostName?: string;
  /**
   * Secret of type `kubernetes.io/tls` with the certificate for that name. Made here if `certificate` is given,
   * else expected to be there: istiod's pods wait for it.
   * @default "istiod-public-certificate"
   */
  certificateSecret?: string;
  /** The certificate for that name, with the intermediates above it, PEM. */
  certificate?: string;
  /** Private key of that certificate, PEM. */
  privateKey?: pulumi.Input<string>;
}

/**
 * The istiod of another cluster, the config cluster, in a cluster that runs nothing else of the mesh: a load balancer
 * that leads straight to istiod, which ends TLS itself, and istiod with the config cluster's credential.
 *
 * Goes with a `ClusterRemote` that is its config cluster: that one needs the address from here, and this one the token
 * from there, so give it as a `pulumi.deferredOutput`.
 *
 * Its provider has to change Secrets in place: {@link clusterProvider} makes one.
 *
 * @see https://istio.io/latest/docs/setup/install/external-controlplane/
 */
export class ExternalControlPlane extends pulumi.ComponentResource {
  /** UID of istio-system, by which the cluster is told from another in its place. */
  public readonly namespaceUid: pulumi.Output<string>;
  /** Address of the load balancer, an IP or a host name. Known before istiod runs. */
  public readonly address: pulumi.Output<string>;
  /** The `rootPhase` that is in the host; empty from before any rotation. */
  public readonly rootPhase: pulumi.Output<string>;

  public constructor(name: string, args: ExternalControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ExternalControlPlane"), name, {}, asClusterMember(opts));
    const namespace = systemNamespace(name, { network: args.network, owner: args.owner }, { parent: this });
    this.namespaceUid = uidOf(namespace);
    const inNamespace = { parent: this, dependsOn: [namespace] };
    const service = entrance(name, args, inNamespace);
    this.address = loadBalancerAddress(name, EXTERNAL_ISTIOD, pulumi.output(service));
    const cacerts = signingCa(name, args, inNamespace);
    const pulling = pullSecrets(name, args.istio, inNamespace);
    const kubeconfig = configClusterAccess(name, args, inNamespace);
    const certificate = publicCertificate(name, args, inNamespace);
    controlPlane(name, args.istio, valuesOf(args), {
      parent: this,
      dependsOn: [namespace, ...cacerts.resources, ...pulling, kubeconfig, ...certificate],
    });
    this.rootPhase = cacerts.rootPhase;
    this.registerOutputs({ address: this.address });
  }
}

/** Its own Service, since it has to have its address long before istiod can start. */
function entrance(
  name: string,
  { addressType, serviceAnnotations, sourceRanges }: ExternalControlPlaneArgs,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject | undefined {
  const [service] = applyManifests(
    name,
    [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name: EXTERNAL_ISTIOD,
          namespace: ISTIO_NAMESPACE,
          annotations: { ...serviceAnnotations },
        },
        spec: {
          type: "LoadBalancer",
          selector: { app: "istiod" },
          ports: externalIstiodPorts(addressType),
          loadBalancerSourceRanges: [...(sourceRanges ?? [])],
        },
      },
    ],
    opts,
  );
  return service;
}

/**
 * Mounted by the chart, where istiod expects its own cluster's credential. Without the label of remote secrets, which
 * would make the config cluster a cluster among others.
 */
function configClusterAccess(
  name: string,
  { clusterName: cluster, server, caData, tlsServerName = "", token }: ExternalControlPlaneArgs,
  opts: pulumi.CustomResourceOptions,
): Secret {
  return new Secret(
    `${name}-kubeconfig`,
    {
      metadata: { name: "istio-kubeconfig", namespace: ISTIO_NAMESPACE },
      data: { config: encodedKubeconfig({ cluster, server, caData, tlsServerName, token }) },
    },
    opts,
  );
}

function valuesOf(args: ExternalControlPlaneArgs): HelmValues {
  return externalIstiodValues({
    ...identityOf(args),
    foreignTrustDomains: args.foreignTrustDomains,
    workloadSocket: workloadSocketOf(args.workloadSocket),
    clusterLocal: args.clusterLocal,
    dnsCapture: args.dnsCapture,
    clusterAliases: args.clusterAliases,
    certificateTtlMinutes: args.certificateTtlMinutes,
    publicHostName: args.publicHostName,
    certificateSecret: args.certificateSecret ?? PUBLIC_CERTIFICATE_SECRET,
    ...args.istiod,
  });
}
