import type { Deployment } from "@pulumi/pulumi/automation";
import { PARALLEL } from "../ops/fleet/command";
import { openFleet, openPart, selectPart } from "../ops/fleet/fleet";
import { fleetPreview } from "../ops/fleet/preview";
import { fleetUp } from "../ops/fleet/up";
import { openStack, openWorkspace, type StackPlace } from "../ops/stack";
import { exportState } from "../ops/state";
import { clusterPart, type Part, partsOf } from "../stacks/mesh/split/parts";

/** The stacks of a mesh while it is measured. Each call takes the config as it is then. */
export interface Stacks {
  up(): Promise<unknown>;
  preview(): Promise<unknown>;
  /** Makes a cluster that the config has and the mesh has not, by what there is to run for that. */
  add(cluster: string): Promise<unknown>;
  states(): Promise<Deployment[]>;
  /** Where one command takes away what is not in the config. @default - there is none */
  readonly removal?: { remove(): Promise<unknown>; destroy(): Promise<unknown> };
}

/** Everything in one. */
export async function oneStack(place: StackPlace): Promise<Stacks> {
  const stack = await openStack(place);
  const up = () => stack.up();
  return {
    up,
    preview: () => stack.preview(),
    add: up,
    states: async () => [await exportState(stack)],
    removal: { remove: up, destroy: () => stack.destroy() },
  };
}

/** One that signs, one per cluster, and one that links, as `npm run fleet` runs them; nothing is verified in between. */
export async function stackPerCluster(place: StackPlace): Promise<Stacks> {
  const workspace = await openWorkspace(place);
  const fleet = () => openFleet(place.stack, workspace);
  const say = () => {};
  return {
    up: () => fleetUp(fleet(), { parallel: PARALLEL, verify: false, waitSeconds: 0, say }),
    preview: async () => {
      const failed = await fleetPreview(fleet(), { parallel: PARALLEL, say });
      if (failed.length > 0) throw new Error(`previews failed: ${failed.join(", ")}`);
    },
    add: async (cluster) => {
      const larger = fleet();
      const parts: Part[] = ["trust", clusterPart(cluster), "links"];
      for (const part of parts) await (await openPart(larger, part)).up();
    },
    states: async () => {
      const all = fleet();
      const states: Deployment[] = [];
      // One after the other: opening a stack writes which one was opened last.
      for (const part of partsOf(all.plan)) states.push(await exportState(await selectPart(all, part)));
      return states;
    },
  };
}
