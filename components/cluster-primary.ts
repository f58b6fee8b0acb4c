import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { clusterBase } from "./internal/cluster-base";
import { asChildOf, asClusterMember, componentType } from "./internal/component";
import { controlPlane, identityOf } from "./internal/control-plane";
import type { CaIssuerArgs } from "./internal/issued-ca";
import type { IstioArgs } from "./internal/istio-args";
import { mtlsMode } from "./internal/mtls";
import { servedRoot } from "./internal/served-root";
import { signingCa } from "./internal/signing-ca";
import { type WorkloadSocketArgs, workloadSocketOf } from "./internal/workload-socket";
import { meshWideMtls, POLICY } from "./objects/mesh-policy";
import type { MeshRoots } from "./pki/exchange";
import type { BaseSpec, HelmValues, IstiodSpec, MtlsMode, ReaderPlan } from "./spec/types";
import { baseValues } from "./values/base";
import { istiodValues } from "./values/istiod";

/** Arguments of {@link ClusterPrimary}. */
export interface ClusterPrimaryArgs {
  /** The cluster's one name: its ID in Istio, the key under which others know it. A DNS-1123 label. */
  clusterName: string;
  /** Network of its pods. */
  network: string;
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
   * Mesh-wide mutual TLS: `STRICT` or `PERMISSIVE`.
   * @default "STRICT"
   */
  mtls?: string;
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
  /**
   * Certificate of this cluster's signing CA, PEM; with it the three below.
   * @default - the CA of `caIssuer`, or with `adoptCacerts` one that is there already
   */
  caCertificate?: pulumi.Input<string>;
  /** Private key of this cluster's signing CA, PEM. */
  caPrivateKey?: pulumi.Input<string>;
  /** Certificates from the signing CA up to and including the root, PEM. */
  certificateChain?: pulumi.Input<string>;
  /** The root certificates that the cluster accepts, PEM; the mesh's first, always in the same order. */
  rootCertificate?: pulumi.Input<string>;
  /**
   * Revocation lists of every CA in the mesh, PEM.
   * @default - none
   */
  crl?: pulumi.Input<string>;
  /**
   * The cert-manager issuer, in this cluster, that signs the CA and keeps it current without Pulumi, in place of the four
   * above. No key of it comes near Pulumi.
   * @default - none
   */
  caIssuer?: CaIssuerArgs;
  /**
   * Whether the Secret istio-system/cacerts is there already and stays somebody else's. It has to be said, since an
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
  /**
   * Whether it also serves remotes.
   * @default false
   */
  servesRemotes?: boolean;
  /**
   * Name that leads to its gateway, by which the API servers of its remotes call its webhooks; its certificate gets it.
   * @default - none
   */
  webhookHostName?: string;
  /**
   * Hosts that clients reach in their own cluster only, the same in every primary.
   * @default []
   */
  clusterLocal?: string[];
  /**
   * Whether proxies answer their pods' DNS queries; holds for pods started afterwards.
   * @default false
   */
  dnsCapture?: boolean;
  /** Present names of served clusters by former ones, for proxies started under these; Istio 1.27 on. @default {} */
  clusterAliases?: Readonly<Record<string, string>>;
  /** Settings of the base chart. */
  base?: BaseSpec;
  /** Settings of istiod: replicas, resources, tolerations, Helm values. */
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
 * A cluster that runs its own control plane: Istio's base and istiod charts under a plugged-in CA,
 * and the account through which other clusters' control planes read this one.
 *
 * Its provider has to change Secrets in place: {@link clusterProvider} makes one.
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
 */
export class ClusterPrimary extends pulumi.ComponentResource {
  /** UID of istio-system, by which the cluster is told from another in its place. */
  public readonly namespaceUid: pulumi.Output<string>;
  /** Bearer token of the reader account, if there is one; secret. */
  public readonly readerToken: pulumi.Output<string> | undefined;
  /** The `rootPhase` that is in the cluster; empty from before any rotation. */
  public readonly rootPhase: pulumi.Output<string>;
  /** The root that its istiod hands out, PEM; only with a `caIssuer`. */
  public readonly servedRoot?: pulumi.Output<string>;
  /**
   * The mesh-wide policy, which is made once istiod serves. To depend on it is to depend on the whole control plane,
   * where a dependency on the component puts the names of all its resources into the state.
   */
  public readonly policy: pulumi.Resource;

  public constructor(name: string, args: ClusterPrimaryArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ClusterPrimary"), name, {}, asClusterMember(opts));
    const mtls = mtlsMode(args.mtls);
    const base = clusterBase(name, args, baseValues(args.base ?? {}, args.adoptCrds), this);
    this.namespaceUid = base.namespaceUid;
    this.readerToken = base.readerToken;
    const ca = signingCa(name, args, base.inNamespace);
    this.rootPhase = ca.rootPhase;
    const istiod = controlPlane(name, args.istio, valuesOf(args), {
      parent: this,
      dependsOn: [...base.resources, ...ca.resources],
    });
    // It may be another component's, from when the cluster's istiod ran in another one.
    const aliases = asChildOf("MeshPolicy", name, POLICY, opts);
    this.policy = meshPolicy(name, mtls, { parent: this, dependsOn: [istiod], aliases });
    if (args.caIssuer) this.servedRoot = servedRoot(name, { parent: this, dependsOn: [istiod] });
    this.registerOutputs({});
  }
}

function valuesOf(args: ClusterPrimaryArgs): HelmValues {
  return istiodValues({
    ...identityOf(args),
    servesRemotes: args.servesRemotes,
    webhookHostName: args.webhookHostName,
    foreignTrustDomains: args.foreignTrustDomains,
    workloadSocket: workloadSocketOf(args.workloadSocket),
    clusterLocal: args.clusterLocal,
    dnsCapture: args.dnsCapture,
    clusterAliases: args.clusterAliases,
    certificateTtlMinutes: args.certificateTtlMinutes,
    ...args.istiod,
  });
}

function meshPolicy(name: string, mtls: MtlsMode, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  const [policy] = applyChart(name, (chart) => meshWideMtls(chart, mtls), opts);
  if (policy === undefined) throw new Error(`${name} has no mesh-wide policy`);
  return policy;
}
