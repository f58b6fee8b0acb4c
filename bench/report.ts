import type { Phase, StateSize } from "./phases";

/** One round with meshes of one size. */
export interface Round {
  readonly clusters: number;
  readonly phases: readonly Phase[];
  readonly state: StateSize;
}

/** Name of the phase that the others are compared with. */
export const DOCUMENTED_WAY = "documented way";

const LARGEST_TYPES = 8;

/** Medians of all rounds with meshes of one size, with the spread of the clock's seconds, as Markdown. */
export function renderReport(rounds: readonly Round[]): string {
  const sizes = [...new Set(rounds.map(({ clusters }) => clusters))];
  return sizes.map((size) => renderSize(rounds.filter(({ clusters }) => clusters === size))).join("\n\n");
}

function renderSize(rounds: readonly Round[]): string {
  const [{ clusters, phases, state }] = rounds as readonly [Round];
  const base = median(rounds.map((round) => phaseOf(round, DOCUMENTED_WAY).wall));
  const rows = phases.map(({ name }) => {
    const runs = rounds.map((round) => phaseOf(round, name));
    const walls = runs.map(({ wall }) => wall);
    const wall = median(walls);
    return [
      name,
      wall.toFixed(1),
      `${Math.min(...walls).toFixed(1)} to ${Math.max(...walls).toFixed(1)}`,
      (wall / base).toFixed(2),
      median(runs.map(({ cpu }) => cpu)).toFixed(1),
      memoryOf(runs),
    ];
  });
  return [
    `## ${clusters} ${clusters === 1 ? "cluster" : "clusters"}, ${rounds.length === 1 ? "1 round" : `${rounds.length} rounds`}`,
    "",
    table(["", "seconds", "spread", "against the documented way", "CPU seconds", "peak memory, MB"], rows),
    "",
    `State: ${state.resources} resources, ${kilobytes(state.stored)} KB stored, ${kilobytes(state.text)} KB of text.`,
    "",
    table(
      ["type", "resources", "KB of text"],
      state.types
        .slice(0, LARGEST_TYPES)
        .map(({ type, count, bytes }) => [type, String(count), kilobytes(bytes)]),
    ),
  ].join("\n");
}

function phaseOf({ phases }: Round, name: string): Phase {
  const found = phases.find((phase) => phase.name === name);
  if (found === undefined) throw new Error(`a round has no phase ${name}`);
  return found;
}

/** The largest peak of each kind of process over all runs. */
function memoryOf(runs: readonly Phase[]): string {
  const kinds = [...new Set(runs.flatMap(({ processes }) => Object.keys(processes)))].sort();
  return kinds
    .map((kind) => {
      const peak = Math.max(...runs.map(({ processes }) => processes[kind]?.memory ?? 0));
      return `${kind} ${(peak / 1e6).toFixed(0)}`;
    })
    .join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const kilobytes = (bytes: number) => (bytes / 1e3).toFixed(0);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
