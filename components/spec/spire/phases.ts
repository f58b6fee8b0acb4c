import type { IdentityPhase, IdentityPosition, IdentitySpec } from "./types";

/** On the way to SPIRE, one after the other; the way back is the same one. */
const PHASES: readonly IdentityPhase[] = ["istiod", "trust", "issue", "spire"];

/** The position that settings name. */
export function identityPosition({ provider, migration, spire }: IdentitySpec = {}): IdentityPosition {
  if (provider !== "spire") return { phase: "istiod" };
  if (migration === undefined) return { phase: "spire" };
  return { phase: migration, rootEpoch: spire?.upstream?.rootEpoch ?? 1 };
}

/** What stands in a mesh's record after its trust domain where identities are SPIRE's, or are to be. */
const BY_SPIRE = "; identities by SPIRE";

/** A trust domain and a position as the state of every stack has them. */
export function formatRecord(trustDomain: string, { phase, rootEpoch }: IdentityPosition): string {
  if (phase === "istiod") return trustDomain;
  const migration = phase === "spire" ? "" : `, ${phase} under root ${rootEpoch}`;
  return `${trustDomain}${BY_SPIRE}${migration}`;
}

export function parseRecord(record: string): { trustDomain: string; position: IdentityPosition } {
  const [trustDomain = "", rest] = record.split(BY_SPIRE);
  if (rest === undefined) return { trustDomain, position: { phase: "istiod" } };
  const [, phase, epoch] = /^, (trust|issue) under root (\d+)$/.exec(rest) ?? [];
  if (phase === undefined) return { trustDomain, position: { phase: "spire" } };
  return { trustDomain, position: { phase: phase as IdentityPhase, rootEpoch: Number(epoch) } };
}

/**
 * Why a mesh may not go from one position to another; nothing where it may, or where both are the same. What live pods
 * have to say is another matter.
 *
 * @param verified - the phase in which `npm run verify` has passed, as the user says
 */
export function refuseIdentityMove(
  from: IdentityPosition,
  to: IdentityPosition,
  verified?: IdentityPhase,
): string | undefined {
  const [before, after] = [PHASES.indexOf(from.phase), PHASES.indexOf(to.phase)];
  if (Math.abs(after - before) > 1) {
    const next = PHASES[before + Math.sign(after - before)] ?? to.phase;
    return (
      `identity cannot go from { ${settings(from.phase)} } to { ${settings(to.phase)} } in one update: proxies with ` +
      `certificates of istiod and of SPIRE would refuse each other; set identity to { ${settings(next)} } first (docs/spire.md)`
    );
  }
  if (from.rootEpoch !== undefined && to.rootEpoch !== undefined && from.rootEpoch !== to.rootEpoch) {
    return (
      `identity.spire.upstream.rootEpoch cannot change from ${from.rootEpoch} to ${to.rootEpoch} between istiod and SPIRE: ` +
      "proxies with certificates of istiod would trust the new root only; keep it until identity.migration is gone"
    );
  }
  if (!changesIssuer(from.phase, to.phase) || verified === from.phase) return undefined;
  return (
    `identity.verified must be ${from.phase} to go from there to ${to.phase}, as proxies that do not trust both yet would ` +
    "refuse others; run npm run verify -- --all-proxies until it passes, then set it"
  );
}

/** Whether another one issues from now on, so that everybody has to trust both by then. */
function changesIssuer(from: IdentityPhase, to: IdentityPhase): boolean {
  return (from === "trust" && to === "issue") || (from === "issue" && to === "trust");
}

/** The issuer whose certificates nobody may have any more when a mesh goes from one phase to another. */
export function droppedIssuer(from: IdentityPhase, to: IdentityPhase): "istiod" | "spire" | undefined {
  if (from === "issue" && to === "spire") return "istiod";
  if (from === "trust" && to === "istiod") return "spire";
  return undefined;
}

/** Whether SPIRE's servers begin anew in a phase, with other roots to tell. */
export function resetsServers(from: IdentityPhase, to: IdentityPhase): boolean {
  return (from === "issue" && to === "spire") || (from === "spire" && to === "issue");
}

function settings(phase: IdentityPhase): string {
  if (phase === "istiod") return "provider: istiod";
  return phase === "spire" ? "provider: spire" : `provider: spire, migration: ${phase}`;
}

/** Subject name of a root that the program makes for a trust domain. */
export function spireRootName(trustDomain: string, epoch: number): string {
  return `SPIRE root ${epoch} of ${trustDomain}`;
}
