import { FIRST, type Phase } from "./phases";
import type { StateSize } from "./state-size";
import { BY_HAND, TITLES, type Way } from "./ways";

/** One mesh that was built in one way, and what it went through. */
export interface Run {
  readonly clusters: number;
  readonly way: Way;
  /** Where its state was. @default - in a folder */
  readonly backend?: "s3" | undefined;
  readonly phases: readonly Phase[];
  /** @default - there is none */
  readonly state?: StateSize | undefined;
}

const LARGEST_TYPES = 8;

const HEAD = [
  "",
  "",
  "seconds",
  "spread",
  "against the documented way",
  "CPU seconds",
  "MB written",
  "requests per cluster",
  "peak memory, MB",
];

/** Medians of all runs of each size and way, with the spread of the clock's seconds, as Markdown. */
export function renderReport(runs: readonly Run[]): string {
  return sizesOf(runs)
    .map((size) => renderSize(runs.filter(({ clusters }) => clusters === size)))
    .join("\n\n");
}

/** The sizes that were measured, smallest first. */
export function sizesOf(runs: readonly Run[]): number[] {
  return [...new Set(runs.map(({ clusters }) => clusters))].sort((a, b) => a - b);
}

/** The ways that were measured, in the order in which they were. */
export function waysOf(runs: readonly Run[]): Way[] {
  return [...new Set(runs.map(({ way }) => way))];
}

/** Median of the seconds that it took to build a mesh; nothing where that was not measured. */
export function firstSeconds(runs: readonly Run[], way: Way, clusters: number): number | undefined {
  const walls = runs
    .filter((run) => run.way === way && run.clusters === clusters)
    .flatMap(({ phases }) => phases.filter(({ name }) => name === FIRST).map(({ wall }) => wall));
  return walls.length === 0 ? undefined : median(walls);
}

function renderSize(runs: readonly Run[]): string {
  const [{ clusters }] = runs as readonly [Run];
  const ways = waysOf(runs);
  const rounds = Math.max(...ways.map((way) => runs.filter((run) => run.way === way).length));
  const base = firstSeconds(runs, BY_HAND, clusters);
  const rows = ways.flatMap((way) =>
    rowsOf(
      runs.filter((run) => run.way === way),
      base,
    ),
  );
  return [
    `## ${counted(clusters, "cluster")}, ${counted(rounds, "round")}${runs.some(({ backend }) => backend === "s3") ? ", states in an object store" : ""}`,
    "",
    table(HEAD, rows),
    ...ways.flatMap((way) => {
      const state = runs.find((run) => run.way === way)?.state;
      return state === undefined ? [] : ["", ...stateLines(way, state)];
    }),
  ].join("\n");
}

function rowsOf(runs: readonly Run[], base: number | undefined): string[][] {
  const [{ way, phases }] = runs as readonly [Run];
  return phases.map(({ name }, index) => {
    const same = runs.flatMap((run) => run.phases.filter((phase) => phase.name === name));
    const walls = same.map(({ wall }) => wall);
    const wall = median(walls);
    return [
      index === 0 ? TITLES[way] : "",
      name,
      wall.toFixed(1),
      // Of several rounds some may have left out what others went through.
      walls.length === 1 ? "one run" : `${Math.min(...walls).toFixed(1)} to ${Math.max(...walls).toFixed(1)}`,
      base === undefined ? "" : (wall / base).toFixed(2),
      median(same.map(({ cpu }) => cpu)).toFixed(1),
      (median(same.map(({ written }) => written)) / 1e6).toFixed(1),
      median(same.map(({ requests }) => requests)).toFixed(0),
      memoryOf(same),
    ];
  });
}

function stateLines(way: Way, { resources, stored, text, largest, types }: StateSize): string[] {
  return [
    `State, ${TITLES[way]}: ${resources} resources, ${kilobytes(stored)} KB stored, ${kilobytes(text)} KB of text` +
      `${largest === undefined ? "" : `, of which ${kilobytes(largest)} in the largest stack`}.`,
    "",
    table(
      ["type", "resources", "KB of text"],
      types.slice(0, LARGEST_TYPES).map(({ type, count, bytes }) => [type, String(count), kilobytes(bytes)]),
    ),
  ];
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

const counted = (count: number, what: string) => `${count} ${count === 1 ? what : `${what}s`}`;

const kilobytes = (bytes: number) => (bytes / 1e3).toFixed(0);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
