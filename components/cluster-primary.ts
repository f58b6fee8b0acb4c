import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Chart } from "cdk8s";
import { meshWideMtls } from "./charts/mesh-policy";
import { applyChart } from "./internal/apply-chart";
import { baseRelease, systemNamespace } from "./internal/cluster-base";
import { HelmChart } from "./internal/helm-chart";
import { chartOf, type IstioArgs } from "./internal/istio-args";
import { asClusterMember, componentType } from "./internal/component";
import { ISTIO_NAMESPACE } from "./internal/names";
import { readerToken } from "./internal/reader";
import type { BaseSpec, IstiodSpec, MtlsMode, ReaderPlan } from "./topology/types";
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
   * SPIFFE trust domain, the same in every cluster.
   * @default "cluster.local"
   */
  trustDomain?: string;
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
  /**
   * Certificate of this cluster's signing CA, PEM; with it the three below.
   * @default - the Secret istio-system/cacerts exists and is somebody else's
   */
  caCertificate?: pulumi.Input<string>;
  /** Private key of this cluster's signing CA, PEM. */
  caPrivateKey?: pulumi.Input<string>;
  /** Certificates from the signing CA up to and including the root, PEM. */
  certificateChain?: pulumi.Input<string>;
  /** The root certificates that the cluster accepts, PEM; the mesh's first. */
  rootCertificate?: pulumi.Input<string>;
  /** Which Istio, and from where. @default - the default version from Istio's Helm repository */
  istio?: IstioArgs;
  /**
   * Whether it also serves remotes.
   * @default false
   */
  servesRemotes?: boolean;
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
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
 */
export class ClusterPrimary extends pulumi.ComponentResource {
  /** Bearer token of the reader account, if there is one; secret. */
  public readonly readerToken: pulumi.Output<string> | undefined;

  public constructor(name: string, args: ClusterPrimaryArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ClusterPrimary"), name, {}, asClusterMember(opts));
    const { network, adoptNamespace: exists } = args;
    const namespace = systemNamespace(name, { network, exists }, { parent: this });
    const inNamespace = { parent: this, dependsOn: [namespace] };
    const ca = completeCa(name, args);
    const cacerts = ca === undefined ? [] : [pluggedInCa(name, ca, inNamespace)];
    const base = baseRelease(name, args.istio, baseValues(args.base ?? {}), {
      ...inNamespace,
      retainOnDelete: args.forgetRelease ?? false,
    });
    const istiod = istiodChart(name, args, { parent: this, dependsOn: [namespace, ...cacerts, base] });
    meshPolicy(name, args, { parent: this, dependsOn: [istiod] });
    this.readerToken = args.reader && readerToken(name, args.reader, inNamespace);
    this.registerOutputs({});
  }
}

/** What the Secret `cacerts` is made of. */
type PluggedInCa = Required<
  Pick<ClusterPrimaryArgs, "caCertificate" | "caPrivateKey" | "certificateChain" | "rootCertificate">
>;

/** The CA of the arguments, if they have one. @throws Error if they have a part of one only */
function completeCa(name: string, args: ClusterPrimaryArgs): PluggedInCa | undefined {
  const { caCertificate, caPrivateKey, certificateChain, rootCertificate } = args;
  if (caCertificate && caPrivateKey && certificateChain && rootCertificate) {
    return { caCertificate, caPrivateKey, certificateChain, rootCertificate };
  }
  if (!(caCertificate || caPrivateKey || certificateChain || rootCertificate)) return undefined;
  throw new Error(
    `${name} has only a part of a CA; give caCertificate, caPrivateKey, certificateChain and rootCertificate, or none of them`,
  );
}

/** istiod reads these files at its start; without them it would make a root of its own. */
export function pluggedInCa(name: string, ca: PluggedInCa, opts: pulumi.CustomResourceOptions): Secret {
  const base64 = (pem: pulumi.Input<string>) =>
    pulumi.secret(pem).apply((text) => Buffer.from(text).toString("base64"));
  return new Secret(
    `${name}-cacerts`,
    {
      metadata: { name: "cacerts", namespace: ISTIO_NAMESPACE },
      data: {
        "ca-cert.pem": base64(ca.caCertificate),
        "ca-key.pem": base64(ca.caPrivateKey),
        "cert-chain.pem": base64(ca.certificateChain),
        "root-cert.pem": base64(ca.rootCertificate),
      },
    },
    opts,
  );
}

function istiodChart(
  name: string,
  args: ClusterPrimaryArgs,
  opts: pulumi.ComponentResourceOptions,
): HelmChart {
  const values = istiodValues({
    clusterName: args.clusterName,
    network: args.network,
    meshId: args.meshId ?? "mesh1",
    trustDomain: args.trustDomain ?? "cluster.local",
    hub: args.istio?.hub,
    tag: args.istio?.tag,
    imagePullSecrets: args.istio?.imagePullSecrets ?? [],
    servesRemotes: args.servesRemotes,
    clusterLocal: args.clusterLocal,
    dnsCapture: args.dnsCapture,
    ...args.istiod,
  });
  return new HelmChart(
    `${name}-istiod`,
    { ...chartOf("istiod", args.istio), releaseName: "istiod", values },
    opts,
  );
}

function meshPolicy(name: string, args: ClusterPrimaryArgs, opts: pulumi.CustomResourceOptions): void {
  // What the policy was while the cluster's istiod ran in another one.
  const aliases = [{ parent: pulumi.createUrn(name, componentType("MeshPolicy")) }];
  const build = (chart: Chart) => meshWideMtls(chart, (args.mtls ?? "STRICT") as MtlsMode);
  applyChart(name, build, { ...opts, aliases });
}
