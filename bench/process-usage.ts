import { readdirSync, readFileSync } from "node:fs";

/** What a kind of process took. */
export interface Usage {
  /** Seconds, of user and system; of short-lived processes the end is missing. */
  cpu: number;
  /** Peak of what such processes had at the same time: bytes. */
  memory: number;
  processes: number;
}

/** Each look reads a file per process of the machine, of which a lab has hundreds. */
const INTERVAL_MS = 500;

/** Linux counts CPU time in these. */
const TICKS_PER_SECOND = 100;

const PAGE_BYTES = 4096;

/** The processes of an `up` by what is in their command line; the first that fits. */
const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["provider kubernetes", /pulumi-resource-kubernetes/],
  ["provider tls", /pulumi-resource-tls/],
  ["program", /@pulumi\/pulumi\/cmd\/run/],
  ["language host", /language-host/],
  ["engine", /\/pulumi\0/],
];

interface Process {
  readonly parent: number;
  readonly cpu: number;
  readonly memory: number;
}

/** Watches this process' descendants while work is done. */
export async function watchProcesses(work: () => Promise<unknown>): Promise<Record<string, Usage>> {
  const seen = new Map<number, Seen>();
  const peaks = new Map<string, number>();
  const timer = setInterval(() => look(seen, peaks), INTERVAL_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  const byKind: Record<string, Usage> = {};
  for (const { kind, cpu } of seen.values()) {
    const sum = (byKind[kind] ??= { cpu: 0, memory: peaks.get(kind) ?? 0, processes: 0 });
    sum.cpu += cpu;
    sum.processes += 1;
  }
  return byKind;
}

interface Seen {
  readonly kind: string;
  readonly cpu: number;
}

function look(seen: Map<number, Seen>, peaks: Map<string, number>): void {
  const processes = listProcesses();
  const now = new Map<string, number>();
  for (const [pid, { cpu, memory }] of processes) {
    if (!descends(processes, pid)) continue;
    const kind = kindOf(pid) ?? seen.get(pid)?.kind;
    if (kind === undefined) continue;
    seen.set(pid, { kind, cpu });
    now.set(kind, (now.get(kind) ?? 0) + memory);
  }
  for (const [kind, memory] of now) peaks.set(kind, Math.max(memory, peaks.get(kind) ?? 0));
}

/** CPU time of all children of this process that have ended, and of theirs: seconds. */
export function childrenCpu(): number {
  const fields = statFields(process.pid) ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** What all children of this process that have ended, and theirs, have written to files on a disk: bytes. */
export function childrenWritten(): number {
  return writtenBy("self");
}

/** What a process has written to files on a disk: bytes. */
export function writtenBy(pid: number | "self"): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
}

function listProcesses(): ReadonlyMap<number, Process> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((name) => {
      const fields = statFields(Number(name));
      if (fields === undefined) return [];
      const cpu = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      return [[Number(name), { parent: Number(fields[1]), cpu, memory: Number(fields[21]) * PAGE_BYTES }]];
    }),
  );
}

/** The fields behind the command's name, in which there may be blanks. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statFields(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function descends(processes: ReadonlyMap<number, Process>, pid: number): boolean {
  const parent = processes.get(pid)?.parent;
  return parent !== undefined && (parent === process.pid || descends(processes, parent));
}

function kindOf(pid: number): string | undefined {
  const command = read(`/proc/${pid}/cmdline`) ?? "";
  return KINDS.find(([, pattern]) => pattern.test(command))?.[0];
}

/** A process may be gone by now. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
