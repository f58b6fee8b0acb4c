import type { Change } from "./objects";

/** What the engine did with a resource. */
export interface Step {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** What differs, as the engine writes paths. */
  readonly paths: readonly string[];
}

/** Everything that the tables of docs/upgrade.md have in code style: names of resources, fields and objects. */
export function listedNames(markdown: string): ReadonlySet<string> {
  const rows = markdown.split("\n").filter((line) => line.startsWith("|"));
  return new Set(rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)));
}

/** Whether the document has the object's name, with `<cluster>` for a cluster's, or each field of it that changed. */
export function isListedChange({ object, what, paths }: Change, names: ReadonlySet<string>): boolean {
  if (!["made", "changed"].includes(what)) return false;
  const [cluster = ""] = object.split(" ");
  const name = object.split(/[ /]/).at(-1) ?? "";
  return (
    names.has(withoutCluster(name, cluster)) ||
    (paths.length > 0 && paths.every((path) => names.has(path.findLast(isName) ?? "")))
  );
}

/** The same of a resource. Of objects that are looked at themselves only the fate counts here. */
export function isListedStep(
  { op, type, name }: Step,
  names: ReadonlySet<string>,
  clusters: readonly string[],
): boolean {
  if (!["create", "update"].includes(op)) return false;
  if (type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh")) return true;
  return clusters.some((cluster) => names.has(withoutCluster(name, cluster)));
}

function withoutCluster(text: string, cluster: string): string {
  return text.replaceAll(cluster, "<cluster>");
}

/** An index into a list names nothing. */
function isName(key: string): boolean {
  return !/^\d+$/.test(key);
}
