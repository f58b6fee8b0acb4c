/** The roots of a mesh whose CAs were made elsewhere, by their SHA-256 fingerprints. */
export interface MeshRoots {
  /** Those that every cluster trusts. */
  readonly trusted: readonly string[];
  /** Those that are above the clusters' CAs. */
  readonly signers: readonly string[];
  /** The one that is above this cluster's CA. */
  readonly signer: string;
}

/** What a cluster's `cacerts` remembers of them. */
type DeployedRoots = Pick<MeshRoots, "trusted" | "signer">;

/** As a cluster's `cacerts` carries it. */
export function formatRoots({ trusted, signer }: MeshRoots): string {
  return JSON.stringify({ trusted, signer });
}

/**
 * Why a cluster may not go over to other roots; nothing where it may. Proxies learn of roots one by one, so that at any time
 * each has to trust what any other one has its certificate from, before and after.
 *
 * @param deployed - what its `cacerts` says; without it, nothing is known
 * @see https://github.com/istio/istio/blob/1.31.0/pilot/pkg/bootstrap/istio_ca.go istiod refuses what is neither a superset nor a subset
 */
export function refuseExchange(deployed: string | undefined, wanted: MeshRoots): string | undefined {
  if (deployed === undefined) return undefined;
  const old = JSON.parse(deployed) as DeployedRoots;
  const untrusted = without(wanted.signers, old.trusted);
  if (untrusted.length > 0) {
    return `does not trust ${names(untrusted)} yet, from which certificates would come; add it to ca.provided.rootCertificate, keep the certificates, run pulumi up, and change these once npm run verify passes`;
  }
  if (!wanted.trusted.includes(old.signer)) {
    return `has its certificates from ${names([old.signer])}, which nobody would trust any more; keep it in ca.provided.rootCertificate until the CAs are of the new root and npm run verify passes`;
  }
  const [added, dropped] = [without(wanted.trusted, old.trusted), without(old.trusted, wanted.trusted)];
  if (added.length === 0 || dropped.length === 0) return undefined;
  return `would trust ${names(added)} instead of ${names(dropped)}, an exchange that istiod refuses; add to ca.provided.rootCertificate in one pulumi up, and take away in a later one`;
}

function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((root) => !others.includes(root));
}

function names(roots: readonly string[]): string {
  return `root${roots.length === 1 ? "" : "s"} ${roots.join(", ")}`;
}
