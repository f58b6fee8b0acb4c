import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Fleet, openFleet } from "../../../ops/fleet/fleet";
import { fleetPreview } from "../../../ops/fleet/preview";
import { type FleetUpOptions, fleetUp } from "../../../ops/fleet/up";
import { killTree } from "../../lab/support/kill";
import type { Suite } from "../../lab/support/suite";
import { until } from "../../lab/support/until";

/** The mesh of a lab as several stacks have it. */
export function fleetOf({ lab, stack }: Suite): Fleet {
  return openFleet(lab.name, stack.workspace);
}

/** Stacks by name, without the mesh's in front, and what is said of each at its end. */
export type Ends = Record<string, string>;

/** Runs all stacks. @param lines - gets all that is said */
export async function upFleet(
  suite: Suite,
  options: Partial<FleetUpOptions> = {},
  lines: string[] = [],
): Promise<Ends> {
  const say = (line: string) => void lines.push(line);
  await fleetUp(fleetOf(suite), { parallel: 2, verify: true, waitSeconds: 180, say, ...options });
  return endsIn(lines);
}

/** Previews all stacks. @returns what is said of each, and the names of those whose previews failed */
export async function previewFleet(suite: Suite): Promise<{ texts: string[]; failed: string[] }> {
  const texts: string[] = [];
  const say = (text: string) => void texts.push(text);
  const failed = await fleetPreview(fleetOf(suite), { parallel: 2, say });
  return { texts, failed };
}

/** What is said of stacks at their ends. */
export function endsIn(lines: readonly string[]): Ends {
  const ends = lines.flatMap((line) => {
    const [, stack, end] = /^[^. ]+\.(\S+): (.*) in \d+ s$/.exec(line) ?? [];
    return stack === undefined || end === undefined ? [] : [[stack, end] as const];
  });
  return Object.fromEntries(ends);
}

/** When the command is killed. */
export interface FleetMoment {
  /** The wave that has to have begun. */
  readonly wave: string;
  /** What has to hold then. */
  readonly holds: () => boolean;
  /** How many stacks are run at a time. @default 4 */
  readonly parallel?: number;
}

/** Runs all stacks and kills that, engines and all, at a moment. */
export async function killFleetAt(
  { place }: Suite,
  { wave, holds, parallel = 4 }: FleetMoment,
): Promise<void> {
  const command = [join(__dirname, "fleet-up.ts"), JSON.stringify(place), String(parallel)];
  const child = spawn("tsx", command, { detached: true });
  const exited = once(child, "exit");
  const said: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  let begun = false;
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    begun = line.startsWith(`wave ${wave}:`);
    if (begun) break;
  }
  if (!begun) throw new Error(`all was run before wave ${wave}:\n${said.join("\n")}`);
  await until("the moment to kill", async () => holds(), 180);
  await killTree(child.pid ?? 0);
  await exited;
}

/** What this program writes into clusters, and nobody else does while nothing changes. */
const WRITTEN =
  "namespaces,secrets,services,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings," +
  "peerauthentications.security.istio.io,gateways.networking.istio.io";

/** What others write to as well. */
const RUNNING =
  "deployments,replicasets,pods,configmaps,horizontalpodautoscalers,poddisruptionbudgets,customresourcedefinitions," +
  "mutatingwebhookconfigurations,validatingwebhookconfigurations";

/** Each object with its UID, and with what changes at every write if nobody else writes it. */
export function objectsIn(suite: Suite): string[] {
  return suite.lab.clusters.flatMap(({ name }) => {
    const list = (kinds: string, columns: string) => {
      const all = `-o=custom-columns=K:.kind,NS:.metadata.namespace,N:.metadata.name,U:.metadata.uid${columns}`;
      return suite.kubectl(name, "get", kinds, "-A", "--no-headers", all).trim().split("\n");
    };
    const lines = [...list(WRITTEN, ",V:.metadata.resourceVersion"), ...list(RUNNING, "")];
    return lines.map((line) => `${name} ${line.replaceAll(/\s+/g, " ")}`);
  });
}
