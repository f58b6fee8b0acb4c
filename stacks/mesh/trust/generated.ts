import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { IntermediateCA, RootCA } from "../../../components";
import { joined, parseCertificates } from "../../../components/pki/certificates";
import { formatPosition, rolesOf } from "../../../components/pki/phases";
import { adopts } from "../../../components/spec/adopt/adopted";
import type { ClusterPlan, MeshPlan } from "../../../components/spec/types";
import { isPrimary, istiodOf } from "../../../components/topology/links";
import { placed, placedOf, type Scope } from "../scope";
import type { Ending } from "./expiry";
import { gatesAcrossStacks, rootGates } from "./gates";
import type { ClusterTrust, Trust, TrustInput } from "./trust";

/** What the clusters' CAs are made under. */
interface Roots {
  /** Every root that there is, by generation. */
  readonly all: ReadonlyMap<number, RootCA>;
  /** The root that signs, and that everybody has to trust. */
  readonly signer: RootCA;
  /** What workloads trust, PEM; there once the phase may begin. */
  readonly bundle: pulumi.Output<string>;
}

/** What a cluster gets that has its CA from here. */
type GeneratedCa = Required<ClusterTrust>;

/** Roots made for the mesh, and a CA for each given cluster; nothing where all clusters have a CA already. */
export function generatedTrust({ plan, signing, scope, ask, alsoTrusted = [] }: TrustInput): Trust {
  const { ca, clusters } = plan;
  if (clusters.filter(isPrimary).every((cluster) => adopts(cluster, "cacerts")))
    return { clusters: new Map() };
  const { kept, trusted, signer: generation } = rolesOf(ca.root);
  const all = new Map(kept.map((kept) => [kept, rootOf(kept, ca, scope)]));
  const signer = rootIn(all, generation);
  sayWhatIsKept(rootIn(all, ca.root.generation), ca);
  const gates = ask ? gatesAcrossStacks(ca.root, ask, scope) : rootGates(ca.root, scope);
  const certificates = trusted.map((generation) => rootIn(all, generation).certificate);
  const bundle = pulumi
    .all([
      pulumi.all(certificates),
      pulumi.all([...alsoTrusted]),
      gates.open,
      acceptedElsewhere(plan, signer),
    ])
    .apply(([own, others]) => joined([...own, ...ca.trustBundle, ...others]));
  const roots = { all, signer, bundle };
  const trusts = signing.map((cluster) => [cluster.name, clusterTrust(cluster, plan, roots, scope)] as const);
  return {
    clusters: new Map(trusts),
    root: signer.certificate,
    rootExpiries: Object.fromEntries([...all].map(([number, { notAfter }]) => [String(number), notAfter])),
    endings: [...trusts.map(intermediateEnding), ...rootEndings(roots, plan)],
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

function hasPeersUnderRoot({ name }: ClusterPlan, { clusters, links, imports }: MeshPlan): boolean {
  const imported = imports.flatMap(({ cluster, endpoints }) =>
    endpoints.map((endpoint) => ({ observer: cluster, observed: endpoint.cluster })),
  );
  const others = [...links, ...imported].flatMap(({ observer, observed }) =>
    observer === name ? [observed] : observed === name ? [observer] : [],
  );
  // A remote's certificates come from its control plane.
  const signing = others.map((other) => istiodOf({ clusters }, other));
  return clusters.some((cluster) => signing.includes(cluster.name) && !adopts(cluster, "cacerts"));
}

/** A cluster's signing CA under the root that signs now. */
function clusterTrust(
  cluster: ClusterPlan,
  { ca: settings }: MeshPlan,
  { signer, bundle }: Roots,
  scope: Scope,
): GeneratedCa {
  const { name, opts } = placedOf(scope, cluster, "-ca");
  const args = {
    clusterName: cluster.name,
    rootCertificate: signer.certificate,
    rootPrivateKey: signer.privateKey,
    rootNotAfter: signer.notAfter,
    algorithm: settings.intermediateAlgorithm,
    validityDays: cluster.intermediateValidityDays,
    organization: settings.organization,
    // A new root is of little use over keys that were there before it.
    epoch: `${cluster.intermediateEpoch}.${rolesOf(settings.root).signer}`,
  };
  const ca = new IntermediateCA(name, args, opts);
  return {
    cacerts: {
      caCertificate: ca.certificate,
      caPrivateKey: ca.privateKey,
      certificateChain: ca.certificateChain,
      rootCertificate: bundle,
      ...(settings.root.generation === 1 ? {} : { rootPhase: formatPosition(settings.root) }),
    },
    notAfter: ca.notAfter,
  };
}

function intermediateEnding([cluster, { notAfter }]: readonly [string, GeneratedCa]): Ending {
  const mend = `raise ca.intermediateEpoch, or intermediateEpoch of ${cluster}`;
  return { what: `the intermediate CA of ${cluster}`, notAfter, mend };
}

function rootEndings({ all, signer }: Roots, { ca }: MeshPlan): Ending[] {
  return [...all].map(([generation, root]) => ({
    what: `root ${generation} of the mesh`,
    notAfter: root.notAfter,
    mend: "rotate it as docs/rotation.md says",
    // One that is on its way out must not keep the mesh from leaving it behind.
    isLeaving: root !== signer && generation !== ca.root.generation,
  }));
}

function rootOf(generation: number, ca: MeshPlan["ca"], scope: Scope): RootCA {
  const outgoing = ca.root.phase === "drop-old" && generation < ca.root.generation;
  const { name, opts } = placed(scope, generation === 1 ? "root-ca" : `root-ca-${generation}`);
  return new RootCA(
    name,
    {
      algorithm: ca.rootAlgorithm,
      validityDays: ca.rootValidityDays,
      organization: ca.organization,
      ...(generation === 1 ? {} : { commonName: `Root CA ${generation}` }),
    },
    // A root that is lost by accident takes the whole mesh's trust with it; one that nobody trusts any more may go.
    { ...opts, protect: ca.protectRoot && !outgoing },
  );
}

/** Settings of roots hold for the next one: one that exists can only be replaced, phase by phase. */
function sayWhatIsKept({ madeWith }: RootCA, ca: MeshPlan["ca"]): void {
  madeWith.apply(({ algorithm, validityDays, organization }) => {
    const kept = [
      ...(algorithm === ca.rootAlgorithm ? [] : [`ca.rootAlgorithm (${algorithm})`]),
      ...(validityDays === ca.rootValidityDays ? [] : [`ca.rootValidityDays (${validityDays})`]),
      ...(organization === ca.organization ? [] : [`ca.organization (${organization})`]),
    ];
    if (kept.length === 0) return;
    const { generation } = ca.root;
    void pulumi.log.warn(
      `root ${generation} of the mesh keeps what it was made with: ${kept.join(", ")}. ` +
        `What the config says now holds for root ${generation + 1}; docs/rotation.md says how the mesh gets it`,
    );
  });
}

function rootIn(roots: ReadonlyMap<number, RootCA>, generation: number): RootCA {
  const root = roots.get(generation);
  if (root === undefined) throw new Error(`root ${generation} is not part of the plan`);
  return root;
}
