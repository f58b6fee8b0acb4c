import type { z } from "zod";
import { type Comment, type DocumentedType, parseDescription } from "./comments";

type Schema = z.core.JSONSchema.BaseSchema;

/** A config key, at every path where an object of its kind may stand. */
export interface Key extends Comment {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** An object of the config with its keys. */
export interface Section {
  /** Where it stands; one that stands in several places is described once. */
  readonly paths: string[];
  readonly meaning: string;
  readonly see: readonly string[];
  readonly keys: readonly Key[];
}

/** A place in the config: a part of the schema, and the type of the spec beside it, where there is one. */
interface Place {
  readonly path: string;
  readonly schema: Schema;
  readonly type: DocumentedType | undefined;
  readonly comment: Comment | undefined;
}

/**
 * Every key of a config value, in the order of its schema, object by object.
 *
 * @throws Error that names each key of which nothing is said
 */
export function sectionsOf(schema: Schema, type: DocumentedType): Section[] {
  const sections = new Map<string, Section>();
  const visit = (place: Place) => {
    const known = sections.get(idOf(place));
    if (known) known.paths.push(place.path);
    else sections.set(idOf(place), sectionAt(place));
    for (const key of keysAt(place)) {
      const found = objectIn(placeOf(place, key));
      if (found) visit(found);
    }
  };
  visit({ path: "", schema, type, comment: type.comment });
  const silent = [...sections.values()].flatMap(({ paths: [path = ""], keys }) =>
    keys.filter(({ meaning }) => meaning === "").map(({ name }) => join(path, name)),
  );
  if (silent.length > 0) {
    throw new Error(
      `nothing says what these keys mean: ${silent.join(", ")}; write a comment in components/spec, or describe() in stacks/config/schema.ts`,
    );
  }
  return [...sections.values()];
}

export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** Objects of one interface are one kind; others are by their path. */
function idOf({ path, type }: Place): string {
  return type?.name ?? path;
}

function sectionAt(place: Place): Section {
  const about = place.type?.comment ?? place.comment;
  return {
    paths: [place.path],
    meaning: about?.meaning ?? "",
    see: about?.see ?? [],
    keys: keysAt(place),
  };
}

/** The keys of an object; of one that has several shapes those of each. */
function keysAt({ schema, type }: Place): Key[] {
  const shapes = schema.anyOf ?? [schema];
  const keys = shapes.flatMap((shape) =>
    Object.entries(shape.properties ?? {}).map(([name, property]): Key => {
      const own = property as Schema;
      const said = type?.commentOn(name) ?? parseDescription(own.description ?? "");
      const required = shapes.length === 1 && (schema.required ?? []).includes(name);
      return { ...said, name, schema: own, required };
    }),
  );
  return keys.filter(({ name }, index) => keys.findIndex((key) => key.name === name) === index);
}

function placeOf({ path, type }: Place, key: Key): Place {
  return { path: join(path, key.name), schema: key.schema, type: type?.property(key.name), comment: key };
}

/** The object that a place holds, as it is or as items of a list or a map. */
function objectIn(place: Place): Place | undefined {
  const { path, schema, type } = place;
  if ((schema.anyOf ?? [schema]).some((shape) => shape.properties !== undefined)) return place;
  if (schema.type === "array") {
    return objectIn({ ...place, path: `${path}[]`, schema: schema.items as Schema, type: type?.items });
  }
  if (typeof schema.additionalProperties === "object") {
    return objectIn({
      ...place,
      path: `${path}.<name>`,
      schema: schema.additionalProperties,
      type: type?.items,
    });
  }
  return undefined;
}
