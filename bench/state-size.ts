import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import type { StackPlace } from "../ops/stack";

/** The state of a mesh, in however many stacks it is. */
export interface StateSize {
  readonly resources: number;
  /** What is in the backend: bytes. */
  readonly stored: number;
  /** As text, which the engine writes anew at each step: bytes. */
  readonly text: number;
  /** The same of the largest stack, where there are several. @default - there is one */
  readonly largest?: number;
  /** Number of resources and bytes of text by type, largest first. */
  readonly types: readonly { readonly type: string; readonly count: number; readonly bytes: number }[];
}

/** What the states of a mesh's stacks are together. */
export function sizeOf(states: readonly Deployment[], place: StackPlace): StateSize {
  const resources = states.flatMap(({ deployment }) => resourcesOf(deployment));
  const types = new Map<string, { count: number; bytes: number }>();
  for (const resource of resources) {
    const { count, bytes } = types.get(resource.type) ?? { count: 0, bytes: 0 };
    types.set(resource.type, { count: count + 1, bytes: bytes + bytesOf(resource) });
  }
  const texts = states.map(({ deployment }) => bytesOf(deployment));
  return {
    resources: resources.length,
    stored: storedBytes(place),
    text: texts.reduce((sum, bytes) => sum + bytes, 0),
    ...(texts.length > 1 && { largest: Math.max(...texts) }),
    types: [...types].map(([type, size]) => ({ type, ...size })).sort((a, b) => b.bytes - a.bytes),
  };
}

function resourcesOf(deployment: unknown): readonly { readonly type: string }[] {
  return (deployment as { resources?: { type: string }[] }).resources ?? [];
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** The file of each stack's state, compressed or not; an object store has a folder of that name, with little beside it. */
function storedBytes({ stateDir }: StackPlace): number {
  const folder = join(stateDir, ".pulumi/stacks/istio-multicluster");
  const files = readdirSync(folder).filter((name) => /\.json(\.gz|\.zst)?$/.test(name));
  return files.reduce((sum, file) => sum + bytesIn(join(folder, file)), 0);
}

function bytesIn(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
