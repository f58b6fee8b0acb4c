import type { MeshPlan } from "../../components/spec/types";
import { linkEnds, linkText } from "../../components/topology/links";
import { CHECK_NAMES, type CheckName, renderReport, verifyMesh } from "../../verify";
import type { OpenMesh } from "../open-mesh";

/** What of a mesh can be looked at while its links are yet to follow. */
export interface Linked {
  /** Clusters whose stacks were run to their end, now or before the links were last run. */
  readonly clusters: ReadonlySet<string>;
  /** Who observed whom when the links were last run; nothing where they never were. */
  readonly links: readonly string[];
}

/** The clusters at both ends of links. */
export function endsOf(links: readonly string[]): string[] {
  return links.flatMap(linkEnds);
}

/** What verify is to look at. */
export interface Look {
  readonly plan: MeshPlan;
  readonly only: readonly CheckName[];
}

/** Checks of what comes with the last wave only. */
const OF_LINKS: readonly CheckName[] = ["reader-credential", "export", "import", "transit"];

/** Checks of what comes by itself, up to half of a certificate's lifetime later: no wave has to wait for that. */
const OF_RENEWALS: readonly CheckName[] = ["signer"];

/** Checks that would take endpoints for wrong which are still there, or which imports add. */
const OF_ENDPOINTS: readonly CheckName[] = ["endpoints", "request"];

/** Checks that would take clusters for strangers to which the config has no link any more. */
const OF_OBSERVERS: readonly CheckName[] = ["remote-sync"];

/** A mesh as it is between two waves: new clusters are not linked, and links that the config dropped are still there. */
export function asLinked(plan: MeshPlan, { clusters, links }: Linked): Look {
  const known = ({ name }: { readonly name: string }) => clusters.has(name);
  const ofKnown = ({ cluster }: { readonly cluster: string }) => clusters.has(cluster);
  const planned = plan.links.map(linkText);
  const lessens = links.some((link) => !planned.includes(link));
  const left = new Set<CheckName>([
    ...OF_LINKS,
    ...OF_RENEWALS,
    ...(lessens ? OF_OBSERVERS : []),
    ...(lessens || plan.imports.length > 0 ? OF_ENDPOINTS : []),
  ]);
  return {
    plan: {
      ...plan,
      clusters: plan.clusters.filter((cluster) => known({ name: cluster.runsIstiodOf ?? cluster.name })),
      links: plan.links.filter(
        (link) => links.includes(linkText(link)) || (link.serves && clusters.has(link.observed)),
      ),
      imports: [],
      exports: plan.exports.filter(ofKnown),
      serviceStubs: plan.serviceStubs.filter(ofKnown),
      sampleApps: plan.sampleApps.filter(ofKnown),
    },
    only: CHECK_NAMES.filter((name) => !left.has(name)),
  };
}

/** How a mesh is looked at. */
export interface GateOptions {
  /** How long it may take to be as planned, in seconds. */
  readonly waitSeconds: number;
  /** Told what happens, line by line. */
  readonly say: (line: string) => void;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** Verifies a fleet's mesh. @throws Error with the report where it is not as planned */
export async function gate(
  { plan, kubeConfigs }: OpenMesh,
  linked: Linked | undefined,
  { waitSeconds, say, signal }: GateOptions,
): Promise<void> {
  const look = linked === undefined ? { plan, only: CHECK_NAMES } : asLinked(plan, linked);
  const report = await verifyMesh(look.plan, kubeConfigs, {
    only: look.only,
    waitSeconds,
    ...(signal && { signal }),
    onWait: (message) => say(`verify: ${message}`),
  });
  if (!report.ok) throw new Error(`the mesh is not as planned\n${renderReport(report)}`);
  const { length } = report.checks.filter(({ status }) => status === "ok");
  say(`verify: as planned, ${length} checks`);
  for (const warning of new Set(report.checks.flatMap((row) => row.warning ?? []))) say(`verify: ${warning}`);
}
