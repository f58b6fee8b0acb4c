import { z } from "zod";
import type { Problem } from "../components/topology/types";

/**
 * Parses a value; if its shape is wrong, the wrong parts are left out where that is possible and the rest is parsed,
 * so that a caller can report problems of shape and of meaning at once.
 */
export function parseLeniently<T>(schema: z.ZodType<T>, raw: unknown): { value?: T; problems: Problem[] } {
  const first = schema.safeParse(raw, { reportInput: true });
  if (first.success) return { value: first.data, problems: [] };
  const problems = first.error.issues.flatMap(toProblems);
  const rest = structuredClone(raw);
  for (const issue of first.error.issues) leaveOut(rest, issue);
  const second = schema.safeParse(rest);
  return second.success ? { value: second.data, problems } : { problems };
}

function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: "is not a known setting; check its spelling and place, or remove it",
    }));
  }
  if (issue.code === "invalid_type" && issue.input === undefined) {
    return [{ path, message: `is missing; it must be of type ${issue.expected}` }];
  }
  return [{ path, message: issue.message.replace(/^Invalid input: /, "is invalid: ") }];
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function leaveOut(root: unknown, issue: z.core.$ZodIssue): void {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : issue.path.slice(-1);
  const parentPath = issue.code === "unrecognized_keys" ? issue.path : issue.path.slice(0, -1);
  const parent = parentPath.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    root,
  );
  if (typeof parent !== "object" || parent === null) return;
  for (const key of keys) Reflect.deleteProperty(parent, key);
}
