import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterPrimaryArgs, IntermediateCA, RootCA } from "../../../components";
import { adopts } from "../../../components/spec/adopt/adopted";
import { parseCertificates } from "../../../components/pki/certificates";
import { isPrimary, istiodOf } from "../../../components/topology/links";
import { formatPosition, rolesOf } from "../../../components/pki/phases";
import type { ClusterPlan, MeshPlan } from "../../../components/spec/types";
import { checkExpiry } from "./expiry";
import { rootGates } from "./gates";

/** Where the CA certificates of a mesh come from. */
export interface MeshTrust {
  /** The root that signs, and that everybody has to trust. */
  readonly signer: RootCA;
  /** Every root that there is, by generation. */
  readonly roots: ReadonlyMap<number, RootCA>;
  /** What workloads trust, PEM; there once the phase may begin. */
  readonly bundle: pulumi.Output<string>;
  /** Records that every cluster has come to this phase. */
  readonly recordPhase: (rootPhases: readonly pulumi.Output<string>[]) => void;
}

/** One cluster's part of it. */
export interface ClusterTrust {
  /** What its control plane is given. */
  readonly cacerts: Pick<
    ClusterPrimaryArgs,
    | "caCertificate"
    | "caPrivateKey"
    | "certificateChain"
    | "rootCertificate"
    | "rootPhase"
    | "roots"
    | "caIssuer"
    | "crl"
  >;
  /** End of the signing certificate's validity, RFC 3339; unknown where cert-manager keeps it current. */
  readonly notAfter?: pulumi.Output<string>;
}

/**
 * The mesh's roots, and what there has to be before its clusters use them as planned; none if it was made elsewhere or
 * all clusters have a CA already.
 */
export function meshTrust(plan: MeshPlan): MeshTrust | undefined {
  const { ca, clusters } = plan;
  if (ca.issuer !== undefined || ca.provided !== undefined) return undefined;
  if (clusters.filter(isPrimary).every((cluster) => adopts(cluster, "cacerts"))) return undefined;
  const { kept, trusted, signer } = rolesOf(ca.root);
  const roots = new Map(kept.map((generation) => [generation, rootOf(generation, ca)]));
  const gates = rootGates(ca.root);
  const certificates = trusted.map((generation) => rootIn(roots, generation).certificate);
  return {
    signer: rootIn(roots, signer),
    roots,
    bundle: pulumi
      .all([pulumi.all(certificates), gates.open, acceptedElsewhere(plan, rootIn(roots, signer))])
      .apply(([own]) => joined([...own, ...ca.trustBundle])),
    recordPhase: gates.record,
  };
}

/** Clusters with CAs of others accept the root that signs for their peers, or every request between them would fail. */
function acceptedElsewhere(plan: MeshPlan, signer: RootCA): pulumi.Output<void> {
  const peers = plan.clusters.filter(
    (cluster) => adopts(cluster, "cacerts") && hasPeersUnderRoot(cluster, plan),
  );
  return signer.certificate.apply((pem) => {
    const { fingerprint256 } = new X509Certificate(pem);
    for (const { name, rootCertificate = "" } of peers) {
      const accepted = parseCertificates(rootCertificate) ?? [];
      if (accepted.some((root) => root.fingerprint256 === fingerprint256)) continue;
      throw new pulumi.RunError(
        `rootCertificate of cluster ${name} lacks the root that signs for its peers (SHA-256 ${fingerprint256}); ` +
          `append it to root-cert.pem of its Secret istio-system/cacerts, then to rootCertificate:\n${pem}`,
      );
    }
  });
}

function hasPeersUnderRoot({ name }: ClusterPlan, { clusters, links }: MeshPlan): boolean {
  const others = links.flatMap(({ observer, observed }) =>
    observer === name ? [observed] : observed === name ? [observer] : [],
  );
  // A remote's certificates come from its control plane.
  const signing = others.map((other) => istiodOf({ clusters }, other));
  return clusters.some((cluster) => signing.includes(cluster.name) && !adopts(cluster, "cacerts"));
}

/** A cluster's signing CA under the root that signs now. */
export function clusterTrust(
  cluster: ClusterPlan,
  { ca: settings }: MeshPlan,
  { signer, bundle }: MeshTrust,
): ClusterTrust {
  const ca = new IntermediateCA(`${cluster.name}-ca`, {
    clusterName: cluster.name,
    rootCertificate: signer.certificate,
    rootPrivateKey: signer.privateKey,
    rootNotAfter: signer.notAfter,
    algorithm: settings.intermediateAlgorithm,
    validityDays: settings.intermediateValidityDays,
    organization: settings.organization,
    // A new root is of little use over keys that were there before it.
    epoch: `${cluster.caEpoch}.${rolesOf(settings.root).signer}`,
  });
  return {
    cacerts: {
      caCertificate: ca.certificate,
      caPrivateKey: ca.privateKey,
      certificateChain: ca.certificateChain,
      rootCertificate: bundle,
      ...(settings.root.generation === 1 ? {} : { rootPhase: formatPosition(settings.root) }),
    },
    notAfter: checkExpiry(ca.notAfter, {
      what: `the intermediate CA of ${cluster.name}`,
      mend: `raise ca.intermediateEpoch, or caEpoch of ${cluster.name}`,
      warningDays: settings.expiryWarningDays,
    }),
  };
}

/** End of each root's validity by generation, RFC 3339; looked at before it comes. */
export function rootExpiries(
  { roots, signer }: MeshTrust,
  { ca }: MeshPlan,
): Record<string, pulumi.Output<string>> {
  const entries = [...roots].map(([generation, root]) => {
    const notAfter = checkExpiry(root.notAfter, {
      what: `root ${generation} of the mesh`,
      mend: "rotate it as docs/rotation.md says",
      warningDays: ca.expiryWarningDays,
      // One that is on its way out must not keep the mesh from leaving it behind.
      onExpiry: root === signer || generation === ca.root.generation ? "error" : "warn",
    });
    return [String(generation), notAfter] as const;
  });
  return Object.fromEntries(entries);
}

function rootOf(generation: number, ca: MeshPlan["ca"]): RootCA {
  const outgoing = ca.root.phase === "drop-old" && generation < ca.root.generation;
  return new RootCA(
    generation === 1 ? "root-ca" : `root-ca-${generation}`,
    {
      algorithm: ca.rootAlgorithm,
      validityDays: ca.rootValidityDays,
      organization: ca.organization,
      ...(generation === 1 ? {} : { commonName: `Root CA ${generation}` }),
    },
    // A root that is lost by accident takes the whole mesh's trust with it; one that nobody trusts any more may go.
    { protect: ca.protectRoot && !outgoing },
  );
}

function rootIn(roots: ReadonlyMap<number, RootCA>, generation: number): RootCA {
  const root = roots.get(generation);
  if (root === undefined) throw new Error(`root ${generation} is not part of the plan`);
  return root;
}

/** PEM texts as one; a text may end without the line break that has to be between two certificates. */
export function joined(pems: readonly string[]): string {
  return pems.map((pem) => (pem.endsWith("\n") ? pem : `${pem}\n`)).join("");
}
