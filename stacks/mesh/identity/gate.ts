import * as pulumi from "@pulumi/pulumi";
import { hook } from "../../../components/internal/hook";
import { parseCertificates } from "../../../components/pki/certificates";
import {
  droppedIssuer,
  parseRecord,
  refuseIdentityMove,
  resetsServers,
  spireRootName,
} from "../../../components/spec/spire/phases";
import type { IdentityPosition, MeshPlan } from "../../../components/spec/types";
import { isMember } from "../../../components/topology/links";
import { type ClusterAccess, known } from "../access";
import { type LiveWorkloads, lookAtWorkloads } from "./live-workloads";

/** A cluster as it is, by name; a text says why it could not be asked. */
export type AskClusters = () => Promise<ReadonlyMap<string, LiveWorkloads | string>>;

/** How many pods a message names. */
const TOLD = 5;

/**
 * Holds a mesh back from the next phase between istiod's certificates and SPIRE's, at preview and at `up`: before its
 * record is written, and so before anything of its clusters is touched.
 */
export function identityGate(
  name: string,
  plan: MeshPlan,
  access: ReadonlyMap<string, ClusterAccess>,
): pulumi.ResourceHook[] {
  const ask = () => askAll(plan, access);
  return hook(`${name}-identity`, (args) => checkMove(args, plan, ask));
}

/** @throws Error where a mesh may not go from the record that it has to the one that it would get */
export async function checkMove(
  { oldInputs, newInputs }: Pick<pulumi.ResourceHookArgs, "oldInputs" | "newInputs">,
  plan: MeshPlan,
  ask: AskClusters,
): Promise<void> {
  const [from, to] = [oldInputs, newInputs].map((inputs) => parseRecord(String(inputs?.["input"])).position);
  if (from === undefined || to === undefined) return;
  const refusal =
    refuseIdentityMove(from, to, plan.identity.verified) ?? (await refuseLive(from, to, plan, ask));
  if (refusal !== undefined) throw new Error(refusal);
}

async function refuseLive(
  from: IdentityPosition,
  to: IdentityPosition,
  plan: MeshPlan,
  ask: AskClusters,
): Promise<string | undefined> {
  const dropped = plan.identity.abandonPods ? undefined : droppedIssuer(from.phase, to.phase);
  const resets = resetsServers(from.phase, to.phase);
  if (dropped === undefined && !resets) return undefined;
  const faults = [...(await ask())].flatMap(([cluster, live]) => {
    if (typeof live === "string") return [`the API server of ${cluster} ${live}`];
    const left = dropped === undefined ? [] : live[dropped];
    return [
      ...(left.length === 0
        ? []
        : [`in ${cluster} ${shortened(left)} still have certificates of ${dropped}`]),
      ...(resets ? rootFaults(cluster, live.roots, from, plan) : []),
    ];
  });
  if (faults.length === 0) return undefined;
  const mend =
    dropped === undefined
      ? "see docs/spire.md"
      : "restart these pods, as by kubectl rollout restart, or set identity.abandonPods: true to leave them behind, whose requests then fail";
  return `identity cannot go on from ${from.phase} to ${to.phase}: ${faults.join("; ")}; ${mend}`;
}

/**
 * A server that begins anew tells only the root that it is under now, so none of the program's own roots before that may
 * have anything under it.
 */
function rootFaults(cluster: string, roots: string, from: IdentityPosition, { spire }: MeshPlan): string[] {
  const trustDomain = spire?.clusters.find((own) => own.cluster === cluster)?.trustDomain;
  if (spire === undefined || trustDomain === undefined) return [];
  const expected = spireRootName(trustDomain, spire.upstream.rootEpoch);
  const names = (parseCertificates(roots) ?? []).map(
    ({ subject }) => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject,
  );
  const foreign = names.filter(
    (own) => own !== expected && (from.phase === "spire" || own.startsWith("SPIRE root ")),
  );
  if (names.includes(expected) && foreign.length === 0) return [];
  return [
    `the SPIRE server of ${cluster} tells ${names.map((own) => `"${own}"`).join(", ") || "no root"}, and would forget all but ` +
      `"${expected}", under which every certificate has to be before: have it revoke the others`,
  ];
}

async function askAll(plan: MeshPlan, access: ReadonlyMap<string, ClusterAccess>) {
  const asked = plan.clusters.filter(isMember).map(async ({ name }) => {
    const own = access.get(name);
    const kubeconfig = own && (await known(own.kubeconfig));
    const live = kubeconfig === undefined ? "is not known yet" : await lookAtWorkloads(kubeconfig);
    return [name, live] as const;
  });
  return new Map(await Promise.all(asked));
}

function shortened(names: readonly string[]): string {
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : "";
  return names.toSorted().slice(0, TOLD).join(", ") + more;
}
