import { satisfies } from "semver";
import type { Feature } from "./features";

/** A fault of released versions of Istio that a mesh meets which asks for a feature. */
export interface KnownFault {
  /** What has to be asked for to meet it. */
  readonly feature: Feature;
  /** Versions that have it, a range of node-semver. @see https://github.com/npm/node-semver#ranges */
  readonly affected: string;
  /** What an affected version does; completes "is 1.30.0, which ...". */
  readonly fault: string;
  /** What to do instead. */
  readonly mend: string;
  /** Whether the mesh cannot work (`error`) or works with the fault (`warning`). */
  readonly severity: "error" | "warning";
  /** Where the fault and its versions are on record. */
  readonly source: string;
}

/** The faults, each with its evidence. */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    feature: "charts",
    affected: "<1.24.0",
    fault: "has charts that ignore istiod's env, without which roots can never be rotated",
    mend: "use 1.24.0 or newer",
    severity: "error",
    source:
      "https://github.com/istio/istio/blob/1.24.0/manifests/charts/istio-control/istio-discovery/templates/zzy_descope_legacy.yaml",
  },
  {
    feature: "remote",
    affected: "<1.24.0",
    fault: "has no profile for remotes in its istiod chart",
    mend: "use 1.24.0 or newer",
    severity: "error",
    source:
      "https://github.com/istio/istio/blob/1.24.0/manifests/charts/istio-control/istio-discovery/files/profile-remote.yaml",
  },
  {
    feature: "charts",
    affected: "<1.28.6 || >=1.29.0-0 <1.29.2",
    fault:
      "cannot fix its webhook's failurePolicy, which istiod then edits: updates of istiod-default-validator end in a field conflict",
    mend: "use 1.28.6, 1.29.2 or newer",
    severity: "warning",
    source: "https://github.com/istio/istio/issues/58302",
  },
  {
    feature: "observer",
    affected: "1.30.0",
    fault:
      "has an istiod that can deadlock while it reads other clusters, and then knows their endpoints of before",
    mend: "use another version",
    severity: "warning",
    source:
      "https://github.com/istio/istio/blob/1.30.1/releasenotes/notes/multicluster-clusterstore-rlock-deadlock.yaml",
  },
  {
    feature: "rotation",
    affected: "1.30.0 - 1.30.3",
    fault:
      "can lose a cluster's endpoints and gateways for good when the token to it changes (#60612, #60920, #61043)",
    mend: "use 1.31.0 or newer, or restart istiod in these clusters right after each change of readerTokenEpoch",
    severity: "warning",
    source: "https://github.com/istio/istio/issues/61043",
  },
  {
    feature: "rotation",
    affected: "<1.30.0-0",
    fault: "forgets a cluster's endpoints for about half a minute when the token to it changes",
    mend: "use 1.31.0 or newer, or change readerTokenEpoch while nothing crosses clusters",
    severity: "warning",
    source: "https://github.com/istio/istio/pull/58567",
  },
  {
    feature: "moved-secrets",
    affected: "1.30.0 - 1.30.3",
    fault: "forgets a cluster's endpoints as soon as its Secret holds no kubeconfig any more",
    mend: "use 1.30.4 or newer for remoteSecrets.migrating",
    severity: "error",
    source: "https://github.com/istio/istio/issues/61043",
  },
  {
    feature: "moved-secrets",
    affected: "<1.30.0-0",
    fault:
      "keeps a cluster's endpoints as they are when its Secret holds no kubeconfig any more, until istiod is restarted",
    mend: "run pulumi up without remoteSecrets.migrating right after the one with it, while no pod of the mesh is replaced",
    severity: "warning",
    source: "https://github.com/istio/istio/blob/1.29.2/pkg/kube/multicluster/secretcontroller.go",
  },
  {
    feature: "unread-secrets",
    affected: "<1.31.0-0",
    fault: "cannot observe a cluster whose Secrets it may not read",
    mend: "remove istiod.remoteCredentials: false, or use a version after 1.31.0",
    severity: "error",
    source: "https://github.com/istio/istio/pull/59874",
  },
  {
    // Seen on live clusters: a nil CredentialsController is asked whether it has synchronised.
    feature: "unread-secrets",
    affected: "1.31.0",
    fault: "has an istiod that crashes at its first remote secret with istiod.remoteCredentials: false",
    mend: "remove that setting, or use a version after 1.31.0",
    severity: "error",
    source: "https://github.com/istio/istio/blob/1.31.0/pilot/pkg/credentials/kube/secrets.go#L139",
  },
  {
    feature: "revocation",
    affected: "<1.27.0-0",
    fault: "gives revocation lists to no proxy, so that certificates of a revoked CA are still trusted",
    mend: "use 1.27.0 or newer",
    severity: "error",
    source: "https://github.com/istio/istio/issues/56529",
  },
  {
    feature: "renamed",
    affected: "<1.27.0-0",
    fault: "refuses all proxies that were started under formerName",
    mend: "keep the former name until Istio is 1.27.0 or newer",
    severity: "error",
    source: "https://github.com/istio/istio/issues/56022",
  },
  {
    feature: "hostname-gateway",
    affected: "<1.13.0",
    fault: "cannot resolve a gateway's host name and leaves its network without a gateway",
    mend: "use 1.13.0 or newer, or gateways with IPs",
    severity: "error",
    source: "https://github.com/istio/istio/issues/29359",
  },
  {
    feature: "exposed-istiod",
    affected: "<1.11.7 || >=1.12.0-0 <1.12.4 || >=1.13.0-0 <1.13.1",
    fault: "lets anybody who reaches port 15012 crash istiod (CVE-2022-23635)",
    mend: "use 1.13.1 or newer",
    severity: "error",
    source: "https://istio.io/latest/news/security/istio-security-2022-003/",
  },
  {
    feature: "exposed-istiod",
    affected: "<1.11.8 || >=1.12.0-0 <1.12.5 || >=1.13.0-0 <1.13.2",
    fault: "lets anybody who reaches port 15017 crash istiod (CVE-2022-24726)",
    mend: "use 1.13.2 or newer",
    severity: "error",
    source: "https://istio.io/latest/news/security/istio-security-2022-004/",
  },
];

/** The faults of a version that features of a cluster meet. */
export function faultsOf(version: string, features: ReadonlySet<Feature>): KnownFault[] {
  return KNOWN_FAULTS.filter(
    ({ feature, affected }) =>
      features.has(feature) && satisfies(version, affected, { includePrerelease: true }),
  );
}
