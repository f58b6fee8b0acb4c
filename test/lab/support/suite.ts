import { execFileSync } from "node:child_process";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { expect, type RunnerTestSuite } from "vitest";
import { type ClusterSpec, down, type Lab, type LabSpec, removeCluster, up } from "../../../lab";
import { labFolder } from "../../../lab/state";
import { ensurePulumiToolchain, type OnDemand, type PulumiToolchain } from "../../../lab/toolchain";
import { writeLabProject } from "../../../ops/lab-mesh";
import { type OpenMesh, openMesh } from "../../../ops/open-mesh";
import { openStack, type StackPlace } from "../../../ops/stack";
import { CHECK_NAMES, type CheckName, renderReport, verifyMesh, type VerifyReport } from "../../../verify";
import { hasFailed, keepLogs } from "./keep-logs";

const SETTLE_SECONDS = 90;

/** One lab with one stack, or one for each team, on which the scenarios of a suite follow each other. */
export class Suite {
  public toolchain!: PulumiToolchain;
  public lab!: Lab;
  public place!: StackPlace;
  public stack!: Stack;
  private stackName: string | undefined;

  public constructor(
    public spec: LabSpec,
    private readonly onDemand: OnDemand[] = [],
  ) {}

  public async start(): Promise<void> {
    this.toolchain = await ensurePulumiToolchain({ onDemand: this.onDemand });
    await down(this.spec.name);
    this.lab = await up(this.spec, this.toolchain);
    await this.configure();
  }

  /** To be given to `afterAll` as it is: it keeps the logs if a test has failed. */
  public readonly stop = async ({}: object, tests: Readonly<RunnerTestSuite>): Promise<void> => {
    if (hasFailed(tests)) keepLogs(labFolder(this.spec.name), this.toolchain.bin.kubectl);
    await down(this.spec.name);
  };

  /** One cluster of this lab, under a stack of its name that has access to no other cluster: as if it were another team's. */
  public teamOf(cluster: string): Suite {
    const team = new Suite(this.spec);
    const clusters = this.lab.clusters.filter(({ name }) => name === cluster);
    team.toolchain = this.toolchain;
    team.lab = { ...this.lab, clusters, kubeconfig: this.kubeconfigOf(cluster) };
    team.stackName = cluster;
    return team;
  }

  public async addCluster(cluster: ClusterSpec): Promise<void> {
    this.spec = { ...this.spec, clusters: [...this.spec.clusters, cluster] };
    this.lab = await up(this.spec, this.toolchain);
  }

  public async removeCluster(name: string): Promise<void> {
    this.spec = { ...this.spec, clusters: this.spec.clusters.filter((cluster) => cluster.name !== name) };
    this.lab = await removeCluster(this.spec.name, name);
  }

  /** Writes the stack's config anew, with changes over the lab's own. */
  public async configure(overrides: Record<string, unknown> = {}): Promise<void> {
    this.place = await writeLabProject(this.lab, this.toolchain, overrides, this.stackName);
    this.stack = await openStack(this.place);
  }

  /** The `clusters` of the config, with changes by name over the lab's own. */
  public clusters(changes: Record<string, Record<string, unknown>>): Record<string, unknown>[] {
    return this.lab.clusters.map(({ name, network }) => ({
      name,
      network,
      access: { kubeconfigFile: this.lab.kubeconfig, context: name },
      ...changes[name],
    }));
  }

  public kubectl(cluster: string, ...args: string[]): string {
    const kubeconfig = this.kubeconfigOf(cluster);
    return execFileSync(this.toolchain.bin.kubectl, ["--kubeconfig", kubeconfig, ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
  }

  public kubeconfigOf(cluster: string): string {
    const found = this.lab.clusters.find(({ name }) => name === cluster);
    if (found === undefined) throw new Error(`the lab has no cluster ${cluster}`);
    return found.kubeconfig;
  }

  public openMesh(): Promise<OpenMesh> {
    return openMesh(this.stack);
  }

  /** Verifies the mesh and fails with the whole report if anything is amiss. */
  public async expectWorkingMesh(...except: CheckName[]): Promise<VerifyReport> {
    const { plan, kubeConfigs } = await this.openMesh();
    const only = CHECK_NAMES.filter((name) => !except.includes(name));
    const report = await verifyMesh(plan, kubeConfigs, { only, waitSeconds: SETTLE_SECONDS });
    expect(report.ok, renderReport(report)).toBe(true);
    return report;
  }
}

/** What a preview says would be done: type and name of each resource by kind of step, sorted. */
export async function previewedSteps(stack: Stack): Promise<Steps> {
  const { steps, onEvent } = stepRecorder();
  await stack.preview({ onEvent });
  return Object.fromEntries(Object.entries(steps).map(([op, urns]) => [op, urns.map(kindAndName).sort()]));
}

/** What an operation did: the URNs by kind of step, those left as they are not counted. */
export type Steps = Record<string, string[]>;

/** Collects the steps of an operation from its engine events. */
export function stepRecorder(): { steps: Steps; onEvent: (event: EngineEvent) => void } {
  const steps: Steps = {};
  return {
    steps,
    onEvent: ({ resourcePreEvent }) => {
      if (resourcePreEvent === undefined) return;
      const { op, urn } = resourcePreEvent.metadata;
      if (op === "same" || op === "refresh" || op === "read") return;
      (steps[op] ??= []).push(urn);
    },
  };
}

/** The resource's own type without its package, and its name. */
function kindAndName(urn: string): string {
  const kind = urn.split("::").at(-2)?.split("$").at(-1)?.split(":").at(-1);
  return `${kind} ${nameOf(urn)}`;
}

/** The last part of a URN: the resource's name. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
