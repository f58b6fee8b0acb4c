import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { StackSummary, Workspace } from "@pulumi/pulumi/automation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planMesh } from "../../../../components";
import type { Fleet } from "../../../../ops/fleet/fleet";
import { fleetJoin, fleetSplit } from "../../../../ops/fleet/move";
import { partsOf, stackOf, wavesOf } from "../../../../stacks/mesh/split/parts";
import { mesh } from "../../../support/specs";

const plan = planMesh(mesh(2));
const PARTS = partsOf(plan).map((part) => stackOf("prod", part));

const OF_STACK = "pulumi:pulumi:Stack";

/** What a component of the mesh is in the state of a stack. */
function component(stack: string, className: string, name: string) {
  const type = `istio-multicluster:index:${className}`;
  return { urn: `urn:pulumi:${stack}::p::${type}::${name}`, type };
}

/** The whole mesh as one stack has it. */
const WHOLE = [
  { urn: `urn:pulumi:prod::p::${OF_STACK}::p-prod`, type: OF_STACK },
  component("prod", "RootCA", "root-ca"),
  component("prod", "ClusterPrimary", "cluster1"),
  component("prod", "ClusterPrimary", "cluster2"),
  component("prod", "RemoteSecretLink", "cluster1.observes.cluster2"),
];

/** A backend of Pulumi's: a file per state, and a CLI that exports and imports these. */
class Backend {
  public readonly workDir = mkdtempSync(join(tmpdir(), "fleet-move-test-"));
  /** Called before a command of the Automation API is run. */
  public before: (stack: string, command: string) => void = () => {};

  public constructor() {
    writeFileSync(join(this.workDir, "Pulumi.yaml"), "name: p");
    // stack export|import --stack <name>
    const script = `case $2 in export) cat "$4.state";; import) cat > "$4.state";; esac`;
    writeFileSync(join(this.workDir, "cli"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.workDir, "cli"), 0o700);
  }

  public write(stack: string, resources: readonly object[]): void {
    writeFileSync(this.file(stack), JSON.stringify({ version: 3, deployment: { resources } }));
  }

  /** Types and names of what a stack has; nothing where there is no stack. */
  public read(stack: string): string[] | undefined {
    if (!existsSync(this.file(stack))) return undefined;
    const { deployment } = JSON.parse(readFileSync(this.file(stack), "utf8")) as {
      deployment: { resources: { urn: string }[] };
    };
    return deployment.resources.map(({ urn }) => urn.split("::").slice(2).join(" "));
  }

  public get fleet(): Fleet {
    const workspace = {
      workDir: this.workDir,
      envVars: {},
      listStacks: async () => this.stacks(),
      selectStack: async (stack: string) => this.before(stack, "select"),
      createStack: async (stack: string) => this.write(stack, []),
      removeStack: async (stack: string) => {
        this.before(stack, "remove");
        rmSync(this.file(stack));
      },
      setAllConfig: async () => {},
      stackOutputs: async () => ({}),
      serializeArgsForOp: async () => [],
      postCommandCallback: async () => {},
      pulumiCommand: { command: join(this.workDir, "cli"), run: (args: string[]) => this.run(args) },
    } as unknown as Workspace;
    return { name: "prod", workspace, plan, waves: wavesOf(plan), mesh: { clusters: [] } };
  }

  private stacks(): StackSummary[] {
    return readdirSync(this.workDir)
      .filter((file) => file.endsWith(".state"))
      .map((file) => basename(file, ".state"))
      .map((name) => ({ name, current: false, resourceCount: this.read(name)?.length ?? 0 }));
  }

  /** Engines that find nothing to do. */
  private async run(args: string[]) {
    const [command = ""] = args;
    const valueOf = (flag: string) => args[args.indexOf(flag) + 1] ?? "";
    this.before(valueOf("--stack"), command);
    if (command === "preview") writeFileSync(valueOf("--event-log"), '{"summaryEvent":{}}\n');
    return { stdout: "[]", stderr: "", code: 0 };
  }

  private file(stack: string): string {
    return join(this.workDir, `${stack}.state`);
  }
}

describe("a mesh that is moved", () => {
  let backend: Backend;
  beforeEach(() => {
    backend = new Backend();
    backend.write("prod", WHOLE);
  });
  afterEach(() => rmSync(backend.workDir, { recursive: true }));

  const told: string[] = [];
  const move = { yes: true, say: (line: string) => told.push(line) };
  const whole = () => backend.read("prod")?.toSorted();

  test("goes to several stacks, and back", async () => {
    const before = whole();
    await fleetSplit(backend.fleet, move);
    expect(PARTS.map((stack) => backend.read(stack)?.length)).toEqual([2, 2, 2, 2]);
    expect(backend.read("prod")).toEqual([]);
    await fleetJoin(backend.fleet, move);
    expect(whole()).toEqual(before);
    expect(PARTS.map((stack) => backend.read(stack))).toEqual(PARTS.map(() => undefined));
  });

  test.each(PARTS)("back is so by the same command again, where that was killed at %s", async (killed) => {
    const before = whole();
    await fleetSplit(backend.fleet, move);
    backend.before = (stack, command) => {
      if (command === "remove" && stack === killed) throw new Error("killed");
    };
    await expect(fleetJoin(backend.fleet, move)).rejects.toThrow("killed");
    backend.before = () => {};
    await fleetJoin(backend.fleet, move);
    expect(whole()).toEqual(before);
    expect(PARTS.map((stack) => backend.read(stack))).toEqual(PARTS.map(() => undefined));
  });

  test("into several keeps in its one stack what somebody has changed there meanwhile", async () => {
    const changed = [...WHOLE, component("prod", "ClusterPrimary", "cluster3")];
    backend.before = (stack, command) => {
      if (command === "up" && stack === PARTS.at(-1)) backend.write("prod", changed);
    };
    await expect(fleetSplit(backend.fleet, move)).rejects.toThrow(/^stack prod was changed meanwhile/);
    expect(backend.read("prod")).toHaveLength(changed.length);
  });

  test("back keeps in every part what somebody has changed in one of them meanwhile", async () => {
    await fleetSplit(backend.fleet, move);
    const [, part = ""] = PARTS;
    backend.before = (stack, command) => {
      if (command === "up" && stack === "prod") backend.write(part, []);
    };
    await expect(fleetJoin(backend.fleet, move)).rejects.toThrow(`stack ${part} was changed meanwhile`);
    expect(PARTS.map((stack) => backend.read(stack)?.length)).toEqual([2, 0, 2, 2]);
  });
});
