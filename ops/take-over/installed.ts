import type { FieldSet } from "./field-sets";

type Fields = Readonly<Record<string, unknown>>;

/** What nobody says of an object, though it is among its labels and annotations. */
const NOBODYS = [
  "kubernetes.io/metadata.name",
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
];

/**
 * An object as its installer would have declared it: of the live object what the program declares as well, so that
 * differences show, and what the installer is known to have said, so that it shows that the program does not. The
 * server's defaults are neither: as parts of the program's earlier inputs they would look like something that goes.
 */
export function asInstalled(live: unknown, declared: unknown, said: FieldSet = {}): unknown {
  if (Array.isArray(live)) return listAsInstalled(live, Array.isArray(declared) ? declared : [], said);
  if (!isFields(live) || !isFields(declared)) return live;
  return Object.fromEntries(
    Object.entries(live).flatMap(([key, value]) => {
      const own = said[`f:${key}`];
      if (key in declared) return [[key, asInstalled(value, declared[key], own)]];
      if (own === undefined || NOBODYS.includes(key)) return [];
      return [[key, part(value, own)]];
    }),
  );
}

function listAsInstalled(live: readonly unknown[], declared: readonly unknown[], said: FieldSet): unknown[] {
  const keyed = Object.keys(said).filter((key) => key.startsWith("k:"));
  return live.flatMap((item, index) => {
    const key = keyed.find((candidate) => matches(item, keyOf(candidate)));
    const sameName = declared.find((other) => matches(item, nameOf(other)));
    const other =
      key === undefined ? (sameName ?? declared[index]) : declared.find((each) => matches(each, keyOf(key)));
    if (other !== undefined) return [asInstalled(item, other, key === undefined ? {} : said[key])];
    if (key !== undefined) return [part(item, said[key] ?? {})];
    return keyed.length === 0 ? [item] : [];
  });
}

/** What a set of fields is about. */
function part(live: unknown, said: FieldSet): unknown {
  const keys = Object.keys(said).filter((key) => key !== ".");
  if (keys.length === 0) return live;
  if (Array.isArray(live)) return listAsInstalled(live, [], said);
  if (!isFields(live)) return live;
  return Object.fromEntries(
    Object.entries(live).flatMap(([key, value]) => {
      const own = said[`f:${key}`];
      return own === undefined ? [] : [[key, part(value, own)]];
    }),
  );
}

function keyOf(text: string): Fields {
  return JSON.parse(text.slice("k:".length)) as Fields;
}

function nameOf(item: unknown): Fields {
  return isFields(item) && typeof item["name"] === "string" ? { name: item["name"] } : {};
}

function matches(item: unknown, key: Fields): boolean {
  const entries = Object.entries(key);
  return (
    isFields(item) &&
    entries.length > 0 &&
    entries.every(([field, value]) => isSame(field, item[field], value))
  );
}

/** The protocol of a port may be left to its default. */
function isSame(field: string, one: unknown, other: unknown): boolean {
  return one === other || (field === "protocol" && one === undefined && other === "TCP");
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
