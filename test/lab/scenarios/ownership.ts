import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStack } from "../../../ops/stack";
import { previewedSteps, type Suite } from "../support/suite";

const RENAMED = "renamed";

/** A cluster belongs to one stack, and to it whatever it is called. */
export function ownershipScenario(suite: Suite): void {
  test("a second stack over the same clusters is refused at preview, and touches nothing", async () => {
    const { place } = suite;
    const config = (stack: string) => join(place.workDir, `Pulumi.${stack}.yaml`);
    const second = await openStack({ ...place, stack: "second" });
    await copyFile(config(place.stack), config("second"));
    const said = await second.preview().then(String, String);
    expect(said).toMatch(/istio-system belongs to [\w-]+\/test\/cluster1, not to [\w-]+\/second\/cluster1/);
    expect(said).toContain("two stacks would take each other's control plane away");
    expect((await second.exportStack()).deployment.resources ?? []).toEqual([]);
    await second.workspace.removeStack("second");
    await suite.expectWorkingMesh();
  });

  test("a cluster of another name is refused until it is said to be renamed", async () => {
    await suite.configure(named({}));
    const said = await suite.stack.preview().then(String, String);
    expect(said).toContain("if it was renamed, set formerName: cluster3");
  });

  test("a renamed cluster keeps its control plane, and its proxies are served before they restart", async () => {
    const before = namespaceUid(suite);
    await suite.configure(named({ formerName: "cluster3" }));
    const { delete: deleted = [], "delete-replaced": replaced = [] } = await previewedSteps(suite.stack);
    expect(deleted).toEqual([]);
    // The name is in the subject of its CA and in those of remote secrets; these are made anew first, under the new name.
    const ofTheName = /^(CertRequest|LocallySignedCert|Secret \S+\.observes\.cluster3-secret)\b/;
    expect(replaced.filter((text) => !ofTheName.test(text))).toEqual([]);
    expect(replaced).toHaveLength(4);
    await suite.stack.up();
    expect(namespaceUid(suite)).toBe(before);
    // Proxies follow the CA that has the new name when they renew their certificates, within twelve hours.
    await suite.expectWorkingMesh("signer");
  });

  test("it can have its name back", async () => {
    const before = namespaceUid(suite);
    await suite.configure({ clusters: clusters(suite, { name: "cluster3", formerName: RENAMED }) });
    expect((await previewedSteps(suite.stack))["delete"]).toBeUndefined();
    await suite.stack.up();
    await suite.configure();
    await suite.stack.up();
    expect(namespaceUid(suite)).toBe(before);
    restartPods(suite);
    await suite.expectWorkingMesh();
  });

  const named = (changes: Record<string, unknown>) => ({
    clusters: clusters(suite, { name: RENAMED, ...changes }),
    sampleApps: { helloworld: { cluster3: undefined, [RENAMED]: ["v2"] } },
  });
}

function clusters(suite: Suite, third: Record<string, unknown>): Record<string, unknown>[] {
  return suite.clusters({ cluster3: third });
}

/** So that proxies get certificates of the present CA at once. */
function restartPods(suite: Suite): void {
  const on = (...args: string[]) => suite.kubectl("cluster3", ...args, "--timeout=120s");
  on("delete", "pods", "-n", "sample", "--all");
  on("delete", "pods", "-n", "istio-system", "-l", "istio=eastwestgateway");
  for (const name of ["curl", "helloworld-v2"]) on("rollout", "status", `deployment/${name}`, "-n", "sample");
  on("rollout", "status", "deployment/istio-eastwestgateway", "-n", "istio-system");
}

function namespaceUid(suite: Suite): string {
  return suite.kubectl("cluster3", "get", "namespace", "istio-system", "-o", "jsonpath={.metadata.uid}");
}
