import type { Suite } from "../../lab/support/suite";

/** An X.509 CA of a SPIRE server. */
interface Authority {
  readonly authority_id: string;
  /** Key of the root above it. */
  readonly upstream_authority_subject_key_id: string;
}

/** Runs a command of a cluster's SPIRE server. */
function spireServer(suite: Suite, cluster: string, ...args: string[]): unknown {
  const pod = ["exec", "-n", "spire", "spire-server-0", "-c", "spire-server", "--"];
  const output = suite.kubectl(
    cluster,
    ...pod,
    "/opt/spire/bin/spire-server",
    ...args,
    ...["-output", "json"],
  );
  return JSON.parse(output);
}

/** The CA that a cluster's SPIRE server signs with. */
export function activeAuthority(suite: Suite, cluster: string): Authority {
  const { active } = spireServer(suite, cluster, "localauthority", "x509", "show") as { active: Authority };
  return active;
}

/** Has a cluster's SPIRE server get a new CA from its upstream, not to be signed with yet. */
export function prepareAuthority(suite: Suite, cluster: string): Authority {
  const { prepared_authority: prepared } = spireServer(
    suite,
    cluster,
    "localauthority",
    "x509",
    "prepare",
  ) as {
    prepared_authority: Authority;
  };
  return prepared;
}

/** Has a cluster's SPIRE server sign with the CA that it has prepared. */
export function activateAuthority(suite: Suite, cluster: string, { authority_id: id }: Authority): void {
  spireServer(suite, cluster, "localauthority", "x509", "activate", "-authorityID", id);
}

/** Has a cluster's SPIRE server renew all that a root's CAs have signed, and then forget the root. */
export function forgetRoot(
  suite: Suite,
  cluster: string,
  { upstream_authority_subject_key_id: id }: Authority,
): void {
  for (const step of ["taint", "revoke"]) {
    spireServer(suite, cluster, "upstreamauthority", step, "-subjectKeyID", id);
  }
}

/** Has a cluster's SPIRE server sign under whatever its upstream signs with now, and forget what was before. */
export function replaceAuthority(suite: Suite, cluster: string): void {
  const before = activeAuthority(suite, cluster);
  activateAuthority(suite, cluster, prepareAuthority(suite, cluster));
  forgetRoot(suite, cluster, before);
}

/** Restarts a cluster's SPIRE server: it tells its agents and Pulumi of a root less only when it starts. */
export function restartServer(suite: Suite, cluster: string): void {
  for (const step of [["restart"], ["status", "--timeout=180s"]] as const) {
    const [action, ...options] = step;
    suite.kubectl(cluster, "rollout", action, "-n", "spire", "statefulset/spire-server", ...options);
  }
}

/** What a cluster's SPIRE server has logged since then. */
export function serverLog(suite: Suite, cluster: string, since: Date): string {
  const pod = ["logs", "-n", "spire", "spire-server-0", "-c", "spire-server"];
  return suite.kubectl(cluster, ...pod, `--since-time=${since.toISOString()}`);
}
