import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  LocalWorkspace,
  StackNotFoundError,
  type StackSummary,
  type Workspace,
} from "@pulumi/pulumi/automation";
import { describe, expect, test } from "vitest";
import { planMesh } from "../../../../components";
import {
  type Fleet,
  leftOver,
  openFleet,
  openPart,
  refuseFormerNames,
  refuseOneStack,
  stacksOf,
} from "../../../../ops/fleet/fleet";
import { asLinked, endsOf } from "../../../../ops/fleet/gate";
import { describeStatus } from "../../../../ops/fleet/status";
import { fleetPreview } from "../../../../ops/fleet/preview";
import { describeChanges, fleetUp } from "../../../../ops/fleet/up";
import { wavesOf } from "../../../../stacks/mesh/split/parts";
import { cluster, importing, links, mesh, service } from "../../../support/specs";

const plan = planMesh(mesh(2));

const EAST = { name: "east", formerName: "cluster2" };

/** The fleet prod over stacks of these names, each with ten resources. */
function fleetOf(...stacks: string[]): Fleet {
  const listed = stacks.map((name): StackSummary => ({ name, current: false, resourceCount: 10 }));
  const whoAmI = async () => ({ url: "https://app.pulumi.com/me" });
  const workspace = { listStacks: async () => listed, whoAmI } as unknown as Workspace;
  return { name: "prod", workspace, plan, waves: wavesOf(plan), mesh: { clusters: [] } };
}

function missing(): StackNotFoundError {
  return new (StackNotFoundError as new (result: unknown) => StackNotFoundError)("no stack named");
}

describe("the stacks of a fleet", () => {
  test("are those of its name, whatever organisation they are listed under", async () => {
    const fleet = fleetOf("prod", "org/prod.trust", "prod2", "prod2.trust", "dev");
    expect([...(await stacksOf(fleet)).keys()]).toEqual(["prod", "prod.trust"]);
  });

  test("are not those of a mesh whose name goes on after a dot", async () => {
    const fleet = fleetOf("prod.cluster.cluster1", "prod.eu", "prod.eu.trust", "prod.eu.cluster.cluster1");
    expect([...(await stacksOf(fleet)).keys()]).toEqual(["prod.cluster.cluster1"]);
  });

  test("are left over where the config no longer has their cluster", async () => {
    const fleet = fleetOf("prod", "prod.trust", "prod.cluster.cluster1", "prod.cluster.gone");
    expect(leftOver(fleet, await stacksOf(fleet))).toEqual(["prod.cluster.gone"]);
  });

  test("are not run while one stack has the mesh", async () => {
    const fleet = fleetOf("prod", "prod.trust");
    const stacks = await stacksOf(fleet);
    expect(() => refuseOneStack(fleet, stacks)).toThrow(/prod has the whole mesh.*fleet -- split/);
    const empty = new Map([["prod", { name: "prod", current: false, resourceCount: 0 }]]);
    expect(() => refuseOneStack(fleet, empty)).not.toThrow();
  });

  test("are not run while that of a renamed cluster has its former name", () => {
    const renamed = { ...fleetOf(), plan: planMesh(mesh(2, { clusters: [cluster(1), cluster(2, EAST)] })) };
    const stacks = (...names: string[]) =>
      new Map(names.map((name) => [`prod.cluster.${name}`, { name, current: false }]));
    expect(() => refuseFormerNames(renamed, stacks("cluster1", "cluster2"))).toThrow(
      /east has .* pulumi stack rename --stack prod\.cluster\.cluster2 prod\.cluster\.east/,
    );
    expect(() => refuseFormerNames(renamed, stacks("cluster1", "east"))).not.toThrow();
    expect(() => refuseFormerNames(renamed, stacks())).not.toThrow();
  });

  test("are told by wave, with what is missing and what is left over", async () => {
    const fleet = fleetOf("prod.trust", "prod.cluster.gone");
    const [table = "", mend] = describeStatus(fleet, await stacksOf(fleet)).split("\n\n");
    expect(table.split("\n").map((row) => row.split(/\s{2,}/))).toEqual([
      ["wave", "stack", "resources", "last update", "state"],
      ["trust", "prod.trust", "10", "-"],
      ["primaries", "prod.cluster.cluster1", "-", "-", "not there yet"],
      ["primaries", "prod.cluster.cluster2", "-", "-", "not there yet"],
      ["links", "prod.links", "-", "-", "not there yet"],
      ["not in the config", "prod.cluster.gone", "10", "-"],
    ]);
    expect(mend).toMatch(
      /^prod\.cluster\.gone: .* pulumi destroy --remove --stack prod\.cluster\.gone removes/,
    );
  });

  test("have changes, which are counted by kind", () => {
    expect(describeChanges({ same: 3, read: 1, create: 2, update: 0, delete: 1 })).toBe("2 create, 1 delete");
    expect(describeChanges({ same: 3 })).toBe("no change");
    expect(describeChanges(undefined)).toBe("no change");
  });
});

test("the stack of a part is no name of a mesh, and says which one is", () => {
  const workDir = mkdtempSync(join(tmpdir(), "fleet-test-"));
  writeFileSync(join(workDir, "Pulumi.yaml"), "name: p");
  const config = { "istio-multicluster:part": "trust", "istio-multicluster:partOf": "prod" };
  writeFileSync(join(workDir, "Pulumi.prod.trust.yaml"), JSON.stringify({ config }));
  expect(() => openFleet("prod.trust", { workDir } as Workspace)).toThrow(
    "stack prod.trust has a part of mesh prod; give the mesh: --stack prod",
  );
  rmSync(workDir, { recursive: true });
});

test.each([
  ["as the mesh's settings say", "awskms://alias/mesh", ["--secrets-provider", "awskms://alias/mesh"]],
  ["as the backend does without", undefined, []],
])("a stack that is made encrypts its secrets %s", async (_, secretsprovider, flags) => {
  const workDir = mkdtempSync(join(tmpdir(), "fleet-test-"));
  writeFileSync(join(workDir, "Pulumi.yaml"), "name: p");
  writeFileSync(join(workDir, "Pulumi.prod.yaml"), JSON.stringify({ secretsprovider }));
  const commands: string[][] = [];
  const run = async (args: string[]) => {
    commands.push(args);
    if (args.includes("select") && !commands.some(([, command]) => command === "init")) throw missing();
    return { stdout: "", stderr: "", code: 0 };
  };
  const workspace = await LocalWorkspace.create({
    workDir,
    pulumiCommand: { command: "pulumi", version: null, run } as never,
  });
  await openPart({ ...fleetOf(), workspace }, "trust");
  expect(commands.filter(([, command]) => command === "init")).toEqual([
    ["stack", "init", "prod.trust", ...flags],
  ]);
  rmSync(workDir, { recursive: true });
});

test("what a part needs and is not there is told at once for all, each once, and secrets are left to their stacks", async () => {
  const workDir = mkdtempSync(join(tmpdir(), "fleet-test-"));
  const clusters = [
    { name: "cluster1", network: "network1", access: { kubeconfigFile: join(workDir, "missing") } },
    { name: "cluster2", network: "network2", access: { kubeconfigSecret: "kubeconfig2" } },
  ];
  writeFileSync(join(workDir, "Pulumi.yaml"), "name: p");
  writeFileSync(
    join(workDir, "Pulumi.prod.yaml"),
    JSON.stringify({ config: { "istio-multicluster:mesh": { clusters } } }),
  );
  const fleet = openFleet("prod", { ...fleetOf().workspace, workDir });
  const problem =
    /^Pulumi\.prod\.yaml has a problem; nothing was touched:\n {2}- clusters\[0\]\.access.*missing.*$/;
  await expect(fleetPreview(fleet, { parallel: 1, say: () => {} })).rejects.toThrow(problem);
  await expect(fleetUp(fleet, { parallel: 1, verify: true, waitSeconds: 0, say: () => {} })).rejects.toThrow(
    problem,
  );
  rmSync(workDir, { recursive: true });
});

test.each(["org/prod", "org/istio-multicluster/prod"])(
  "the mesh %s is wanted without its organisation",
  (name) => {
    expect(() => openFleet(name, { workDir: tmpdir() } as Workspace)).toThrow(
      /^give the mesh's stack without its organisation: --stack prod; pulumi org set-default org says/,
    );
  },
);

test("a mesh of which a stack would have a longer name than Pulumi takes is told so before one is made", () => {
  const workDir = mkdtempSync(join(tmpdir(), "fleet-test-"));
  const access = { stackReference: "org/clusters/prod", output: "kubeconfig" };
  const clusters = [{ name: "a".repeat(63), network: "network1", access }];
  const open = (name: string) => {
    const config = { "istio-multicluster:mesh": { clusters } };
    writeFileSync(join(workDir, `Pulumi.${name}.yaml`), JSON.stringify({ config }));
    return openFleet(name, { workDir } as Workspace);
  };
  writeFileSync(join(workDir, "Pulumi.yaml"), "name: p");
  expect(open("m".repeat(28)).waves).toHaveLength(3);
  expect(() => open("m".repeat(29))).toThrow(
    /^stack m+\.cluster\.a+ has 101 characters, and Pulumi takes 100; give the mesh's stack or the cluster a shorter/,
  );
  rmSync(workDir, { recursive: true });
});

test("a mesh whose identities are SPIRE's is no fleet, and is not split into one", () => {
  const workDir = mkdtempSync(join(tmpdir(), "fleet-test-"));
  const access = { stackReference: "org/clusters/prod", output: "kubeconfig" };
  const clusters = [{ name: "cluster1", network: "network1", access }];
  writeFileSync(join(workDir, "Pulumi.yaml"), "name: p");
  const describe = (mesh: object) =>
    writeFileSync(
      join(workDir, "Pulumi.prod.yaml"),
      JSON.stringify({ config: { "istio-multicluster:mesh": mesh } }),
    );
  describe({ clusters });
  expect(openFleet("prod", { workDir } as Workspace).waves).toHaveLength(3);
  describe({ clusters, identity: { provider: "spire" } });
  expect(() => openFleet("prod", { workDir } as Workspace)).toThrow(
    /identity\.provider is spire, which is not for/,
  );
  rmSync(workDir, { recursive: true });
});

describe("between two waves verify looks at", () => {
  const three = planMesh(mesh(3));
  const before = ["cluster1 -> cluster2", "cluster2 -> cluster1"];
  const all = new Set(["cluster1", "cluster2", "cluster3"]);

  test("the links that there were, since those of a new cluster follow", () => {
    const { plan: looked, only } = asLinked(three, { clusters: all, links: before });
    expect(looked.links.map(({ observer, observed }) => `${observer} -> ${observed}`)).toEqual(before);
    expect(looked.clusters).toHaveLength(3);
    expect(only).toContain("endpoints");
    expect(only).not.toContain("import");
  });

  test("no credential and no renewal of certificates, since the links and time bring these", () => {
    const { only } = asLinked(three, { clusters: all, links: before });
    expect(only).not.toContain("reader-credential");
    expect(only).not.toContain("signer");
    expect(only).toContain("remote-sync");
  });

  test("no stranger where the config has dropped a link, as it does when a cluster leaves", () => {
    const leaving = planMesh(
      mesh(3, { clusters: [1, 2, 3].map((index) => cluster(index, { leaving: index === 3 })) }),
    );
    const { only } = asLinked(leaving, { clusters: all, links: [...before, "cluster1 -> cluster3"] });
    expect(only).not.toContain("remote-sync");
    expect(only).toContain("gateway");
  });

  test("the clusters of links that there were", () => {
    expect(endsOf(["cluster1 -> cluster2"])).toEqual(["cluster1", "cluster2"]);
    expect(endsOf([])).toEqual([]);
  });

  test("no cluster whose stack is yet to be run", () => {
    const { plan: looked } = asLinked(three, { clusters: new Set(["cluster1", "cluster2"]), links: before });
    expect(looked.clusters.map(({ name }) => name)).toEqual(["cluster1", "cluster2"]);
  });

  test("no endpoints while some are there that the config has dropped, or that imports add", () => {
    const one = planMesh(mesh(3, { links: links("cluster1>cluster2") }));
    expect(asLinked(one, { clusters: all, links: before }).only).not.toContain("endpoints");
    const imports = planMesh(importing("cluster1>cluster2", [service()], [{ services: {} }]));
    expect(asLinked(imports, { clusters: all, links: [] }).only).not.toContain("request");
  });
});
