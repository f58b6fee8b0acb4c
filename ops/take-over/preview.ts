import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent, PreviewOptions, Stack } from "@pulumi/pulumi/automation";
import { TAKING_OVER } from "../../stacks/mesh/prior/guard";
import { type Declared, type ImportFile, resourceKey } from "./import-file";

/** A step of a preview that is more than "same". */
export interface PreviewedStep {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** What differs, as paths. */
  readonly paths: readonly string[];
}

/** What a stack's program would create, with what it says of each resource. */
export async function previewCreates(
  stack: Stack,
): Promise<{ file: ImportFile; declared: ReadonlyMap<string, Declared> }> {
  const folder = await mkdtemp(join(tmpdir(), "istio-multicluster-import-"));
  try {
    const importFile = join(folder, "import.json");
    const declared = new Map<string, Declared>();
    const onEvent = ({ resourcePreEvent }: EngineEvent) => {
      if (resourcePreEvent?.metadata.op !== "create") return;
      const { type, urn, new: created } = resourcePreEvent.metadata;
      declared.set(resourceKey(type, nameOf(urn)), (created?.inputs ?? {}) as Declared);
    };
    await preview(stack, { importFile, onEvent });
    return { file: JSON.parse(await readFile(importFile, "utf8")) as ImportFile, declared };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a stack's preview would do. */
export async function previewSteps(stack: Stack): Promise<PreviewedStep[]> {
  const steps: PreviewedStep[] = [];
  await preview(stack, {
    onEvent: ({ resourcePreEvent }) => {
      if (resourcePreEvent === undefined) return;
      const { op, type, urn, detailedDiff } = resourcePreEvent.metadata;
      if (op === "same" || op === "read" || op === "refresh") return;
      steps.push({ op, type, name: nameOf(urn), paths: Object.keys(detailedDiff ?? {}).sort() });
    },
  });
  return steps;
}

/** One that what is there does not end: it is what is to be taken over. */
async function preview(stack: Stack, options: PreviewOptions): Promise<void> {
  const { envVars } = stack.workspace;
  envVars[TAKING_OVER] = "true";
  try {
    await stack.preview(options);
  } finally {
    delete envVars[TAKING_OVER];
  }
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
