import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { loadBalancerAddress } from "./internal/load-balancer";
import type { KubernetesObject } from "./internal/manifests";
import { pullSecrets } from "./internal/pull-secrets";
import { spireBundle } from "./internal/spire-bundle";
import { BUNDLE_ENDPOINT, SPIRE_DATABASE, SPIRE_NAMESPACE, SPIRE_UPSTREAM_SECRET } from "./names";
import { spireBase, spireServer } from "./objects/spire/server";
import { ISSUER_DEFAULTS } from "./spec/issuer/defaults";
import { SPIRE_IMAGES } from "./spec/spire/images";
import { SPIRE_DEFAULTS, SPIRE_STORAGE_SIZE } from "./spec/spire/plan";
import type { Toleration } from "./spec/types";

/** Arguments of {@link SpireServer}. Of `issuerName`, `upstreamSecret` and `upstreamCertificate` exactly one is set. */
export interface SpireServerArgs {
  /** Name of the cluster, by which agents say where they are. */
  clusterName: string;
  /** Trust domain that it issues for. */
  trustDomain: string;
  /** Name of a cert-manager issuer in the cluster that signs the server's CA. No key of SPIRE's comes near Pulumi then. */
  issuerName?: string;
  /** Kind of that issuer; an `Issuer` is in the namespace `spire`. @default "ClusterIssuer" */
  issuerKind?: string;
  /** API group of that issuer. @default "cert-manager.io" */
  issuerGroup?: string;
  /** Name of an existing Secret in the namespace `spire` with the CA that signs: `tls.crt`, `tls.key`, `ca.crt`. */
  upstreamSecret?: string;
  /** Certificate of the CA that signs, PEM, then those above it but the root's; with it the two below. */
  upstreamCertificate?: pulumi.Input<string>;
  /** Private key of that CA, PEM. */
  upstreamPrivateKey?: pulumi.Input<string>;
  /** The root above it, and others that its trust domain is to trust, PEM. */
  upstreamRoot?: pulumi.Input<string>;
  /** Lifetime of the server's CA, such as `24h`. @default "24h" */
  caTtl?: string;
  /** Lifetime of workloads' certificates. @default "1h" */
  svidTtl?: string;
  /** How often other trust domains ask for new roots. @default "5m" */
  refreshHint?: string;
  /**
   * Whether other trust domains ask for its roots, at a load balancer.
   * @default false
   */
  exposesBundle?: boolean;
  /** Annotations of that load balancer's Service. @default {} */
  endpointAnnotations?: Readonly<Record<string, string>>;
  /**
   * Name of its database on the volume. With another one it begins anew: agents attest and pods are registered again, and of
   * the roots that it has told it tells those that its upstream has.
   * @default "datastore"
   */
  database?: string;
  /** Size of its volume, which grows where its storage class lets it, and never shrinks. @default "1Gi" */
  storageSize?: string;
  /** Storage class of its volume; one that exists keeps its own. @default - the cluster's default one */
  storageClassName?: string;
  /** Taints that its pod tolerates. @default [] */
  tolerations?: readonly Toleration[];
  /** Image of the server. @default "ghcr.io/spiffe/spire-server:1.13.3" */
  image?: string;
  /** Image of the controller manager. @default "ghcr.io/spiffe/spire-controller-manager:0.6.3" */
  controllerManagerImage?: string;
  /** Names of Secrets of the namespace `spire` by which images are pulled. @default [] */
  imagePullSecrets?: string[];
  /**
   * Docker configurations, JSON, by the name of the Secret that is made of each; their names belong to `imagePullSecrets`
   * too, also to those of the `SpireAgent`.
   * @default {}
   */
  imagePullCredentials?: Record<string, pulumi.Input<string>>;
  /**
   * Whether the namespace `spire` exists and is somebody else's. It has to be labelled
   * `pod-security.kubernetes.io/enforce: privileged` where pod security is enforced, and `istio-injection: disabled` where
   * every namespace's pods get proxies.
   * @default false
   */
  adoptNamespace?: boolean;
}

/**
 * The SPIRE server of one cluster, with its kinds and the controller manager: it attests the cluster's agents, and issues
 * identities under a CA of its own, which the upstream signs and which it replaces before it ends. Entries and keys are on
 * a volume, which outlives its pods.
 *
 * @see https://spiffe.io/docs/latest/spire-about/spire-concepts/
 */
export class SpireServer extends pulumi.ComponentResource {
  /** The trust domain's roots, PEM, as the server tells them at each preview and `up`. */
  public readonly roots: pulumi.Output<string>;
  /** Address of its bundle endpoint, an IP or a host name; only with `exposesBundle`. */
  public readonly address?: pulumi.Output<string>;
  /** There once the server has told its roots: what agents and identities depend on. */
  public readonly ready: pulumi.Resource;

  public constructor(name: string, args: SpireServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("SpireServer"), name, {}, opts);
    checkUpstream(name, args);
    const { adoptNamespace = false } = args;
    const base = applyChart(name, (chart) => spireBase(chart, adoptNamespace), { parent: this });
    const inNamespace = { parent: this, dependsOn: base };
    const upstream = upstreamSecret(name, args, inNamespace);
    const pulling = pullSecrets(name, args, inNamespace, SPIRE_NAMESPACE);
    const server = applyChart(name, (chart) => spireServer(chart, inputOf(args)), {
      parent: this,
      dependsOn: [...base, ...upstream, ...pulling],
      // With another one the volume would be deleted, and with it the server's keys and entries.
      ignoreChanges: ["spec.storageClassName"],
    });
    const { roots, told } = spireBundle(name, { parent: this, dependsOn: server });
    this.roots = roots;
    this.ready = told;
    if (args.exposesBundle) this.address = addressOf(name, server);
    this.registerOutputs({});
  }
}

function addressOf(name: string, objects: readonly KubernetesObject[]): pulumi.Output<string> {
  const service = objects.find(({ manifest }) => manifest.metadata.name === BUNDLE_ENDPOINT);
  return loadBalancerAddress(name, BUNDLE_ENDPOINT, pulumi.output(service), SPIRE_NAMESPACE);
}

function inputOf(args: SpireServerArgs) {
  const { issuerName, issuerKind = ISSUER_DEFAULTS.kind, issuerGroup = ISSUER_DEFAULTS.group } = args;
  const { clusterName, trustDomain, caTtl, svidTtl, refreshHint, upstreamSecret: given } = args;
  return {
    clusterName,
    trustDomain,
    caTtl: caTtl ?? SPIRE_DEFAULTS.caTtl,
    svidTtl: svidTtl ?? SPIRE_DEFAULTS.svidTtl,
    refreshHint: refreshHint ?? SPIRE_DEFAULTS.refreshHint,
    database: args.database ?? SPIRE_DATABASE,
    issuer: issuerName === undefined ? undefined : { name: issuerName, kind: issuerKind, group: issuerGroup },
    upstreamSecret: issuerName === undefined ? (given ?? SPIRE_UPSTREAM_SECRET) : undefined,
    endpointAnnotations: args.exposesBundle ? (args.endpointAnnotations ?? {}) : undefined,
    storageSize: args.storageSize ?? SPIRE_STORAGE_SIZE,
    storageClassName: args.storageClassName,
    tolerations: args.tolerations ?? [],
    imagePullSecrets: args.imagePullSecrets ?? [],
    images: {
      server: args.image ?? SPIRE_IMAGES.server,
      controllerManager: args.controllerManagerImage ?? SPIRE_IMAGES.controllerManager,
    },
  };
}

/** Read anew by the server whenever it has its CA signed, so a new one needs no restart. */
function upstreamSecret(name: string, args: SpireServerArgs, opts: pulumi.CustomResourceOptions): Secret[] {
  const { upstreamCertificate, upstreamPrivateKey = "", upstreamRoot = "" } = args;
  if (upstreamCertificate === undefined) return [];
  const stringData = {
    "tls.crt": upstreamCertificate,
    "tls.key": pulumi.secret(upstreamPrivateKey),
    "ca.crt": upstreamRoot,
  };
  const metadata = { name: SPIRE_UPSTREAM_SECRET, namespace: SPIRE_NAMESPACE };
  return [new Secret(`${name}-upstream`, { metadata, stringData }, opts)];
}

/** Without an upstream a server makes roots of its own, a new one with each CA. */
function checkUpstream(name: string, args: SpireServerArgs): void {
  const { issuerName, upstreamSecret: secret, upstreamCertificate, upstreamPrivateKey, upstreamRoot } = args;
  const given = [issuerName, secret, upstreamCertificate].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new Error(
      `${name} has ${given.length === 0 ? "nobody" : "more than one"} to sign its CA; give issuerName, upstreamSecret, ` +
        "or upstreamCertificate with upstreamPrivateKey and upstreamRoot",
    );
  }
  const isWhole = upstreamPrivateKey !== undefined && upstreamRoot !== undefined;
  if (upstreamCertificate === undefined || isWhole) return;
  throw new Error(
    `${name} has only a part of an upstream CA; give upstreamCertificate, upstreamPrivateKey and upstreamRoot together`,
  );
}
