import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackSummary, Workspace } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planMesh } from "../../../../components";
import type { Fleet } from "../../../../ops/fleet/fleet";
import { fleetPreview } from "../../../../ops/fleet/preview";
import { partsOf, stackOf, wavesOf } from "../../../../stacks/mesh/split/parts";
import { mesh } from "../../../support/specs";

const plan = planMesh(mesh(2));
const STACKS = partsOf(plan).map((part) => stackOf("prod", part));

/** What happens when a stack is previewed. @param tell - takes the events of its engine */
type Engine = (stack: string, tell: (event: object) => void) => Promise<void>;

describe("a preview of a fleet", () => {
  let workDir: string;

  beforeAll(() => {
    workDir = mkdtempSync(join(tmpdir(), "fleet-preview-test-"));
    writeFileSync(join(workDir, "Pulumi.yaml"), "name: p");
    for (const part of partsOf(plan)) {
      const config = { "istio-multicluster:part": part, "istio-multicluster:partOf": "prod" };
      writeFileSync(join(workDir, `Pulumi.${stackOf("prod", part)}.yaml`), JSON.stringify({ config }));
    }
  });
  afterAll(() => rmSync(workDir, { recursive: true }));

  /** A fleet all of whose stacks are there, over engines that only tell. */
  const fleetOver = (engine: Engine): Fleet => {
    const listed = STACKS.map((name): StackSummary => ({ name, current: false, resourceCount: 10 }));
    const run = async (args: string[]) => {
      const valueOf = (flag: string) => args[args.indexOf(flag) + 1] ?? "";
      const tell = (event: object) => appendFileSync(valueOf("--event-log"), `${JSON.stringify(event)}\n`);
      await engine(valueOf("--stack"), tell);
      return { stdout: "", stderr: "", code: 0 };
    };
    const workspace = {
      workDir,
      listStacks: async () => listed,
      selectStack: async () => {},
      serializeArgsForOp: async () => [],
      postCommandCallback: async () => {},
      pulumiCommand: { run },
    } as unknown as Workspace;
    return { name: "prod", workspace, plan, waves: wavesOf(plan), mesh: { clusters: [] } };
  };
  const summary = (resourceChanges: object) => ({ summaryEvent: { resourceChanges } });

  test("tells each stack as soon as it is known, in the order of the waves", async () => {
    const told: string[] = [];
    let tellFirst = () => {};
    const first = new Promise<void>((resolve) => (tellFirst = resolve));
    const fleet = fleetOver(async (stack, tell) => {
      if (stack === STACKS[0]) await first;
      if (stack === STACKS[1]) tellFirst();
      // Whatever comes before the last one has to be told without it.
      if (stack === STACKS.at(-1)) await expect.poll(() => told).toHaveLength(STACKS.length - 1);
      tell(summary({ same: 3 }));
    });
    expect(await fleetPreview(fleet, { parallel: 2, say: (text) => told.push(text) })).toEqual([]);
    expect(told).toEqual(STACKS.map((stack) => `${stack}: no change`));
  });

  test("tells warnings beside changes, and why one failed", async () => {
    const told: string[] = [];
    const diagnostic = (severity: string, message: string) => ({ diagnosticEvent: { severity, message } });
    const fleet = fleetOver(async (stack, tell) => {
      if (stack === "prod.trust") tell(diagnostic("warning", "the root expires soon"));
      if (stack === "prod.links") {
        tell(diagnostic("error", "cluster1 does not answer"));
        throw new Error("code: 255, and all that was printed");
      }
      tell({ resourcePreEvent: { metadata: { op: "create", urn: "urn:pulumi:s::p::tls:Key::root" } } });
      tell(summary({ create: 1 }));
    });
    const failed = await fleetPreview(fleet, { parallel: 4, say: (text) => told.push(text) });
    expect(failed).toEqual(["prod.links"]);
    expect(told[0]).toBe("prod.trust: 1 create\n  warning: the root expires soon\n  create tls:Key root");
    expect(told.at(-1)).toBe("prod.links: failed\nerror: cluster1 does not answer");
  });

  test("begins no other stack once it is told to end, and says nothing of those", async () => {
    const end = new AbortController();
    const [told, begun]: string[][] = [[], []];
    const fleet = fleetOver(async (stack, tell) => {
      begun?.push(stack);
      if (stack === STACKS[1]) end.abort(new Error("ended by SIGINT"));
      tell(summary({}));
    });
    const say = (text: string) => void told?.push(text);
    await expect(fleetPreview(fleet, { parallel: 1, say, signal: end.signal })).rejects.toThrow("ended by");
    expect(begun).toEqual(STACKS.slice(0, 2));
    expect(told).toEqual(["prod.trust: no change"]);
  });

  test("opens no stack whose settings do not say which part it has", async () => {
    const told: string[] = [];
    const fleet = { ...fleetOver(async () => {}), name: "stage" };
    const workspace = {
      ...fleet.workspace,
      listStacks: async () => [{ name: "stage.trust", current: false }],
    };
    const failed = await fleetPreview(
      { ...fleet, workspace },
      { parallel: 1, say: (text) => told.push(text) },
    );
    expect(failed).toEqual(["stage.trust"]);
    expect(told[0]).toBe(
      "stage.trust: failed\nPulumi.stage.trust.yaml does not say istio-multicluster:part: trust and " +
        "istio-multicluster:partOf: stage; fetch the file of whoever made this stack, or let npm run fleet -- up " +
        "--stack stage write that",
    );
  });
});
