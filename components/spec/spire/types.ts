import type { Toleration } from "../kubernetes";

/** Who issues the certificates of workloads. */
export type IdentityProvider = "istiod" | "spire";

/** The identities of workloads, where not each cluster's istiod issues them from its own CA. */
export interface IdentitySpec {
  /**
   * `istiod`, or `spire`: a SPIRE server and agents in every cluster, which attest what asks for a certificate. While the
   * mesh runs it changes in the phases of `migration` only. istiod keeps its CA either way, for its own certificate.
   * @default "istiod"
   */
  readonly provider?: IdentityProvider | undefined;
  /** Settings of SPIRE. @default - every default of it */
  readonly spire?: SpireSpec | undefined;
  /**
   * Lists of clusters whose trust domains know each other's roots. Clusters of several trust domains that are linked have
   * to be in one.
   * @default - follows the links
   */
  readonly federation?: readonly (readonly string[])[] | undefined;
  /**
   * How far a running mesh has got from istiod to SPIRE, or back, by one phase after the other. `trust`: istiod issues,
   * SPIRE is there, and workloads trust both. `issue`: SPIRE issues for pods that start, and workloads trust both.
   * docs/spire.md is the runbook.
   * @default - none: SPIRE alone is trusted
   */
  readonly migration?: "trust" | "issue" | undefined;
  /**
   * Says that `npm run verify` passed in the phase before, which going from `trust` to `issue`, or from `issue` to `trust`,
   * has need of.
   * @default - none
   */
  readonly verified?: "trust" | "issue" | undefined;
  /**
   * Whether the end of a migration leaves pods behind that have not been restarted, and whose requests fail from then on.
   * @default false
   */
  readonly abandonPods?: boolean | undefined;
}

/**
 * Who issues the certificates of workloads, and whom these trust. `istiod`, `spire`: one of them alone. `trust`: istiod
 * issues while SPIRE is there, and workloads trust both. `issue`: SPIRE issues, and workloads trust both.
 */
export type IdentityPhase = "istiod" | "trust" | "issue" | "spire";

/** Where a mesh is between istiod's certificates and SPIRE's. */
export interface IdentityPosition {
  readonly phase: IdentityPhase;
  /** Which root of the program SPIRE is under while both are trusted. @default - of no interest in the other phases */
  readonly rootEpoch?: number | undefined;
}

/** Who issues in a mesh, and what is said of the way there. */
export interface IdentityPlan extends IdentityPosition {
  readonly verified?: IdentityPhase | undefined;
  readonly abandonPods: boolean;
}

/** SPIRE as it is installed in every cluster, or with `existing` as it is found there. */
export interface SpireSpec {
  /**
   * SPIRE that others install in every cluster, before the mesh. Only Istio is set up for it, and pods are given their
   * identities: server, agents, federation and everything else of this are theirs.
   * @default - it is installed here
   */
  readonly existing?: SpireExistingSpec | undefined;
  /** Who signs the CAs of SPIRE's servers. @default - a root per trust domain that the program makes */
  readonly upstream?: SpireUpstreamSpec | undefined;
  /**
   * Lifetime of a server's CA, such as `24h`, `90m` or `600s`; its successor is prepared after half of it. At least three
   * times `refreshHint`, so that others hear of a new root before anything is signed under it.
   * @default "24h"
   */
  readonly caTtl?: string | undefined;
  /** Lifetime of workloads' certificates, at most a sixth of `caTtl`. @default "1h" */
  readonly svidTtl?: string | undefined;
  /** How often other trust domains ask for new roots, at least a minute. @default "5m" */
  readonly refreshHint?: string | undefined;
  /** Where a server keeps its entries and its keys. @default - 1Gi of the cluster's default storage class */
  readonly storage?: SpireStorageSpec | undefined;
  /** Taints that the server's pod tolerates; agents tolerate every one. @default [] */
  readonly tolerations?: readonly Toleration[] | undefined;
  /** Images in place of the published ones, each a whole reference. @default - the published ones */
  readonly images?: SpireImagesSpec | undefined;
}

/** What Istio has to know of SPIRE that others installed. */
export interface SpireExistingSpec {
  /** Class of the ClusterSPIFFEIDs that its controller manager heeds. @default - those without a class */
  readonly className?: string | undefined;
  /**
   * Name of its agents' socket, in the folder that the CSI driver `csi.spiffe.io` brings into pods. Not `socket`: a proxy
   * that does not find that one takes a certificate of istiod instead.
   * @default "spire-agent.sock"
   */
  readonly socketFile?: string | undefined;
}

/** At most one of `issuer` and `secret`. */
export interface SpireUpstreamSpec {
  /**
   * Name of a cert-manager issuer that each cluster has, with a CA to sign with; clusters of one trust domain need the
   * same root behind it. No key of SPIRE's is with Pulumi then.
   * @see https://github.com/spiffe/spire/blob/v1.13.3/doc/plugin_server_upstreamauthority_cert_manager.md
   */
  readonly issuer?: string | undefined;
  /** Kind of the issuer; an `Issuer` has to be in the namespace `spire`, which has to be there then. @default "ClusterIssuer" */
  readonly kind?: string | undefined;
  /** API group of the issuer. @default "cert-manager.io" */
  readonly group?: string | undefined;
  /**
   * Name of a Secret in the namespace `spire`, which has to be there: `tls.crt`, a CA and what is above it without the root;
   * `tls.key`; `ca.crt`, the root.
   */
  readonly secret?: string | undefined;
  /**
   * Raised by one, it gives every trust domain another root, made by the program; servers take it up by themselves.
   * @default 1
   */
  readonly rootEpoch?: number | undefined;
}

/** A volume for a SPIRE server. */
export interface SpireStorageSpec {
  /** How large it is. It grows where its storage class lets it, and never shrinks. @default "1Gi" */
  readonly size?: string | undefined;
  /** Storage class; a volume that exists keeps its own. @default - the cluster's default one */
  readonly className?: string | undefined;
}

/** Images of SPIRE's pods. */
export interface SpireImagesSpec {
  /** Of the server. @default "ghcr.io/spiffe/spire-server:1.13.3" */
  readonly server?: string | undefined;
  /** Of the agents. @default "ghcr.io/spiffe/spire-agent:1.13.3" */
  readonly agent?: string | undefined;
  /** Of the controller manager beside the server. @default "ghcr.io/spiffe/spire-controller-manager:0.6.3" */
  readonly controllerManager?: string | undefined;
  /** Of the CSI driver that brings the agents' socket into pods. @default "ghcr.io/spiffe/spiffe-csi-driver:0.2.7" */
  readonly csiDriver?: string | undefined;
  /** Of what announces that driver to its kubelet. @default "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.15.0" */
  readonly nodeDriverRegistrar?: string | undefined;
}

/** SPIRE in a mesh, with every default filled in. */
export interface SpirePlan {
  /** Set where others have installed it; the rest is then without effect, but for `clusters`. */
  readonly existing?: SpireExistingPlan | undefined;
  readonly upstream: SpireUpstreamPlan;
  readonly caTtl: string;
  readonly svidTtl: string;
  readonly refreshHint: string;
  readonly storage: SpireStorageSpec & { readonly size: string };
  readonly tolerations: readonly Toleration[];
  readonly images: Readonly<Record<keyof SpireImagesSpec, string>>;
  readonly clusters: readonly SpireClusterPlan[];
  /** While both istiod's root and SPIRE's are trusted: who issues. @default - SPIRE, whose roots alone are trusted */
  readonly migration?: SpireMigrationPlan | undefined;
}

/** SPIRE in a mesh on the way to it or from it. */
export interface SpireMigrationPlan {
  /** `trust`: istiod issues. `issue`: SPIRE does. */
  readonly phase: "trust" | "issue";
  /** The servers' database, one for each set of roots, as a server never forgets a root that it has told. */
  readonly database: string;
}

/** SPIRE that others installed, with every default filled in. */
export interface SpireExistingPlan {
  readonly className?: string | undefined;
  readonly socketFile: string;
}

/** Who signs: an issuer, what a Secret holds, or a root of the program. */
export interface SpireUpstreamPlan {
  readonly issuer?: { readonly name: string; readonly kind: string; readonly group: string } | undefined;
  readonly secret?: string | undefined;
  readonly rootEpoch: number;
}

/** SPIRE in one cluster. */
export interface SpireClusterPlan {
  readonly cluster: string;
  readonly trustDomain: string;
  /** The other trust domains whose roots it knows, each with the cluster whose server tells them. */
  readonly federation: readonly SpireFederationPlan[];
  /** Annotations of the load balancer of its bundle endpoint; absent where no other cluster asks for its roots. */
  readonly endpointAnnotations?: Readonly<Record<string, string>> | undefined;
}

/** A trust domain that a cluster federates with. */
export interface SpireFederationPlan {
  readonly trustDomain: string;
  /** The cluster whose bundle endpoint tells its roots. */
  readonly cluster: string;
}
