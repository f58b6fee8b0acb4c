import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation";
import { describe, type Live, type Reference, type TargetCluster } from "./cluster";
import { saidByInstallers } from "./field-sets";
import {
  type Candidate,
  candidatesOf,
  type ImportEntry,
  type ImportFile,
  importOf,
  RELEASE,
} from "./import-file";
import { asInstalled } from "./installed";
import { previewCreates } from "./preview";

/** Something that is there already and becomes the program's. */
export interface Found {
  readonly candidate: Candidate;
  /** What names it to its API server; nothing for a Helm release, which is no object of its own. */
  readonly reference?: Reference;
  readonly live?: Live;
  /** The field manager that it has from then on. */
  readonly manager: string;
}

/** What of a program is in its clusters before it is in its stack. */
export interface Survey {
  readonly file: ImportFile;
  /** Everything that the stack does not have yet. */
  readonly planned: readonly Candidate[];
  /** What can be imported. */
  readonly found: readonly Found[];
  /** Deployments whose selector differs, which no update can change: made anew around the pods that run. */
  readonly anew: readonly Found[];
}

/** Looks for everything that a stack would create. Reads only. */
export async function surveyOf(stack: Stack, targets: ReadonlyMap<string, TargetCluster>): Promise<Survey> {
  const { file, declared } = await previewCreates(stack);
  const planned = candidatesOf(file, declared);
  const all: Found[] = [];
  for (const candidate of planned) {
    const target = targets.get(candidate.cluster);
    const found = target && (await find(candidate, target));
    if (found) all.push(found);
  }
  return {
    file,
    planned,
    found: all.filter((each) => !hasOtherSelector(each)),
    anew: all.filter(hasOtherSelector),
  };
}

async function find(candidate: Candidate, target: TargetCluster): Promise<Found | undefined> {
  // As the provider makes up its own.
  const manager = `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
  const { entry, declared, name, namespace } = candidate;
  if (entry.type === RELEASE) {
    return (await target.releases(namespace)).includes(name) ? { candidate, manager } : undefined;
  }
  const { apiVersion, kind } = declared ?? {};
  if (apiVersion === undefined || kind === undefined) return undefined;
  const reference = { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
  const live = await target.read(reference);
  return live && { candidate, reference, live, manager };
}

function hasOtherSelector({ candidate: { declared }, live }: Found): boolean {
  const selector = (object: unknown) =>
    (object as { spec?: { selector?: { matchLabels?: object } } }).spec?.selector?.matchLabels;
  return declared?.kind === "Deployment" && !isDeepStrictEqual(selector(declared), selector(live));
}

/** The file that brings what was found into the state of a stack. */
export function importFileOf({ file, found }: Survey): ImportFile {
  return importOf(file, new Map(found.map((each) => [each.candidate.entry, importedAs(each)])));
}

/** As its provider would read it, but for the inputs: those it makes of a live object hold the server's defaults too. */
function importedAs({ candidate, live: found, manager }: Found): Partial<ImportEntry> {
  const { name, namespace, declared } = candidate;
  const id = namespace === undefined ? name : `${namespace}/${name}`;
  if (found === undefined) return { id };
  const live = declared?.kind === "Secret" ? withoutContent(found) : found;
  const inputs = asInstalled(live, declared, saidByInstallers(live.metadata?.managedFields ?? [])) as Record<
    string,
    unknown
  >;
  return {
    id,
    inputs,
    outputs: {
      ...live,
      __inputs: inputs,
      __initialApiVersion: declared?.apiVersion,
      __fieldManager: manager,
    },
  };
}

/**
 * What a Secret holds is to be in no file: taken for empty, it gets the program's content by the update that follows.
 * Nor is its type said, which the server fills in, and which cannot be taken back.
 */
function withoutContent({ data: _data, stringData: _stringData, type: _type, ...secret }: Live): Live {
  const { annotations = {}, ...metadata } = secret.metadata ?? {};
  // kubectl keeps what it applied there, with the content.
  const { [LAST_APPLIED]: _applied, ...kept } = annotations;
  return { ...secret, metadata: { ...metadata, annotations: kept } };
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What was found, in words. */
export function textOf({ candidate, reference }: Found): string {
  return reference === undefined
    ? `Helm release ${candidate.namespace}/${candidate.name}`
    : describe(reference);
}
