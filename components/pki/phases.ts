/**
 * How far the change from one root to the next has got. `trust-both`: every cluster trusts the old and the new root,
 * the old one signs. `sign-new`: the new one signs. `drop-old`: only the new one is trusted. `stable`: there is no other.
 */
export type RootPhase = "stable" | "trust-both" | "sign-new" | "drop-old";

/** Where a mesh is in the life of its roots. */
export interface RootPosition {
  readonly generation: number;
  readonly phase: RootPhase;
}

/** Which of a mesh's roots do what, by generation. */
export interface RootRoles {
  /** Every root that the mesh still has a key of, the oldest first. */
  readonly kept: readonly number[];
  /** Those that workloads trust, the oldest first: the order of a bundle has to stay the same. */
  readonly trusted: readonly number[];
  /** The one that signs intermediates. */
  readonly signer: number;
}

/** The position that settings name; a mesh is at its first root until they say otherwise. */
export function positionOf({ generation = 1, phase = "stable" }: Partial<RootPosition> = {}): RootPosition {
  return { generation, phase };
}

export function rolesOf({ generation, phase }: RootPosition): RootRoles {
  const both = [generation - 1, generation];
  const only = [generation];
  switch (phase) {
    case "stable":
      return { kept: only, trusted: only, signer: generation };
    case "trust-both":
      return { kept: both, trusted: both, signer: generation - 1 };
    case "sign-new":
      return { kept: both, trusted: both, signer: generation };
    case "drop-old":
      return { kept: both, trusted: only, signer: generation };
  }
}

/** As a cluster's `cacerts` carries it: `2/sign-new`. */
export function formatPosition({ generation, phase }: RootPosition): string {
  return `${generation}/${phase}`;
}

/** @param text - what a `cacerts` says; without it, or empty, it is from before the first rotation */
export function parsePosition(text = ""): RootPosition {
  if (text === "") return positionOf();
  const [generation, phase] = text.split("/");
  return { generation: Number(generation), phase: phase as RootPhase };
}

/** The phases that may come after each one within a generation: the next one, then the one before where going back is safe. */
const NEIGHBOURS: Readonly<Record<RootPhase, readonly RootPhase[]>> = {
  // Only the next generation's first phase comes after it.
  stable: [],
  "trust-both": ["sign-new"],
  "sign-new": ["drop-old", "trust-both"],
  "drop-old": ["stable", "sign-new"],
};

/**
 * Why one cluster may not go from one position to another; nothing where it may, or where both are the same.
 *
 * Back it may go as long as both roots are trusted, or can be again: from `sign-new` to `trust-both`, from `drop-old` to
 * `sign-new`. Not from `trust-both`: whether the new root has ever signed anything cannot be seen in it.
 */
export function refuseMove(from: RootPosition, to: RootPosition): string | undefined {
  if (formatPosition(from) === formatPosition(to)) return undefined;
  const possible = successors(from);
  if (possible.some((position) => formatPosition(position) === formatPosition(to))) return undefined;
  return (
    `cannot go from root ${describe(from)} to root ${describe(to)} without breaking connections; ` +
    `set ca.root to ${possible.map(describe).join(" or ")}, or keep ${describe(from)}`
  );
}

function successors({ generation, phase }: RootPosition): RootPosition[] {
  if (phase === "stable") return [{ generation: generation + 1, phase: "trust-both" }];
  return NEIGHBOURS[phase].map((next) => ({ generation, phase: next }));
}

function describe({ generation, phase }: RootPosition): string {
  return `{ generation: ${generation}, phase: ${phase} }`;
}

/**
 * What is known of the signers of all live certificates during a rotation: either root, the new one only, or the new
 * one only while some clusters may have stopped to trust the old one.
 */
export type SignerRecord = "either" | "new" | "new, old dropped";

/** What the state has to say of the signers from before a phase's first change, or from after its last one. */
export function signerRecordOf(phase: Exclude<RootPhase, "stable">): {
  readonly record: SignerRecord;
  readonly when: "before" | "after";
} {
  switch (phase) {
    case "trust-both":
      return { record: "either", when: "before" };
    case "sign-new":
      return { record: "new", when: "after" };
    case "drop-old":
      return { record: "new, old dropped", when: "before" };
  }
}

/** Why all clusters together may not go on to what a new record stands for. */
export function refuseRecord(from: SignerRecord | undefined, to: SignerRecord): string | undefined {
  if (to === "new, old dropped" && from !== "new" && from !== to) {
    return "phase drop-old needs every cluster to have finished sign-new; set ca.root.phase to sign-new and run pulumi up";
  }
  if (to === "either" && from === "new, old dropped") {
    return "some clusters may no longer trust the old root, so it cannot sign again; set ca.root.phase to sign-new, run pulumi up, and only then go back to trust-both";
  }
  return undefined;
}

/**
 * Why a mesh of several stacks may not go from one position to another. No stack sees all clusters change, so that the
 * mesh leaves a position only once each cluster has told that it is there.
 *
 * @param from - where the mesh is; nothing where it is yet to be made
 * @param told - what each cluster has told last, as `formatPosition` writes it; nothing of one that was never deployed
 */
export function refuseLeaving(
  from: RootPosition | undefined,
  to: RootPosition,
  told: ReadonlyMap<string, string | undefined>,
): string | undefined {
  if (from === undefined) {
    return to.phase === "stable" || to.phase === "trust-both"
      ? undefined
      : `a mesh that is yet to be made cannot begin with root ${describe(to)}; remove phase from ca.root`;
  }
  const refusal = refuseMove(from, to);
  if (refusal !== undefined) return `the mesh ${refusal}`;
  if (formatPosition(from) === formatPosition(to)) return undefined;
  const behind = [...told].filter(([, at]) => !isAt(from, at)).map(([cluster]) => cluster);
  if (behind.length === 0) return undefined;
  return (
    `${behind.join(", ")} ${behind.length === 1 ? "has" : "have"} not come to root ${describe(from)} yet, so the mesh cannot ` +
    "leave it; keep ca.root, run pulumi up in the stacks of these clusters, and only then go on"
  );
}

function isAt(position: RootPosition, told: string | undefined): boolean {
  return told !== undefined && formatPosition(parsePosition(told)) === formatPosition(position);
}
