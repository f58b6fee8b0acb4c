import { z } from "zod";
import type { Problem } from "../../components/spec/types";

/** What stands in for a required part of the wrong shape, by its key; `<key>[]` for an item of a list. */
export type StandIns = Readonly<Record<string, (index: number) => unknown>>;

/**
 * Parses a value; if its shape is wrong, wrong parts are left out or get a stand-in and the rest is parsed,
 * so that a caller can report problems of shape and of meaning at once.
 */
export function parseLeniently<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  standIns: StandIns,
): { value?: T; problems: Problem[] } {
  const first = schema.safeParse(raw, { reportInput: true });
  if (first.success) return { value: first.data, problems: [] };
  const problems = first.error.issues.flatMap(toProblems);
  const rest = structuredClone(raw);
  first.error.issues.forEach((issue, index) => replace(rest, issue, (key) => standIns[key]?.(index)));
  const second = schema.safeParse(rest);
  return second.success ? { value: second.data, problems } : { problems };
}

/** Leaves out problems of what has been reported already: there is no telling what a wrong part means. */
export function beside(reported: readonly Problem[], others: readonly Problem[]): Problem[] {
  const isPartOf = (path: string, whole: string) =>
    path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`);
  return others.filter(({ path }) => !reported.some((problem) => isPartOf(path, problem.path)));
}

function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: "is not a known setting; check its spelling and place, or remove it",
    }));
  }
  if (issue.code === "invalid_type") {
    const quoted = issue.expected === "string" && ["number", "boolean"].includes(typeof issue.input);
    const mend = quoted ? ", so put it in quotation marks" : "";
    return [{ path, message: `${wrongType(issue.input)}; it must be of type ${issue.expected}${mend}` }];
  }
  if (issue.code === "invalid_value") {
    return [
      { path, message: `is ${JSON.stringify(issue.input)}; it must be one of ${issue.values.join(", ")}` },
    ];
  }
  return [{ path, message: issue.message.replace(/^Invalid input: /, "is invalid: ") }];
}

/** How YAML came to another type than the one that was meant. */
function wrongType(input: unknown): string {
  if (input === undefined) return "is missing";
  if (input === null) return "has nothing under it: give it a value, or remove it";
  if (Array.isArray(input)) return "is a list";
  if (typeof input === "string") return `is the text ${JSON.stringify(input)}`;
  return typeof input === "object"
    ? "has settings under it"
    : `is the ${typeof input} ${JSON.stringify(input)}`;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

/** Takes what an issue is about out of `root`, in place, or puts a stand-in there. */
function replace(root: unknown, issue: z.core.$ZodIssue, standIn: (key: string) => unknown): void {
  const unknownKeys = issue.code === "unrecognized_keys";
  const parentPath = unknownKeys ? issue.path : issue.path.slice(0, -1);
  const parent = parentPath.reduce<unknown>(
    (value, part) => (isObject(value) ? Reflect.get(value, part) : undefined),
    root,
  );
  if (!isObject(parent)) return;
  for (const key of unknownKeys ? issue.keys : issue.path.slice(-1)) {
    const value = unknownKeys ? undefined : standIn(standInKey(parentPath, key));
    if (value === undefined) Reflect.deleteProperty(parent, key);
    else Reflect.set(parent, key, value);
  }
}

function standInKey(parentPath: readonly PropertyKey[], key: PropertyKey): string {
  return typeof key === "number" ? `${String(parentPath.at(-1))}[]` : String(key);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
