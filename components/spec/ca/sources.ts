import { generated } from "../generated-ca/source";
import { issuer } from "../issuer/source";
import { provided } from "../provided-ca/source";
import type { CaSource } from "./source";
import type { CaPlan, CaSpec } from "./types";

/** Every source of CAs; of several that are asked for the first one counts, and the last one is there if none is. */
export const CA_SOURCES = { provided, issuer, generated } as const satisfies Readonly<
  Record<string, CaSource>
>;

/** Name of a source. */
export type CaSourceName = keyof typeof CA_SOURCES;

/** The source that a spec or a plan asks for. */
export function sourceOf(ca: CaSpec | CaPlan): CaSourceName {
  const names = Object.keys(CA_SOURCES) as CaSourceName[];
  return names.find((name) => isAsked(CA_SOURCES[name], ca)) ?? "generated";
}

function isAsked({ key }: CaSource, ca: CaSpec | CaPlan): boolean {
  return key !== undefined && (ca as Readonly<Record<string, unknown>>)[key] !== undefined;
}
