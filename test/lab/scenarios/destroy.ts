import { expect, test } from "vitest";
import { findLeavings } from "../../../ops/clean";
import { inventory } from "../support/inventory";
import type { Suite } from "../support/suite";

/** What stays after a destroy, and why. Everything else has to be as it was before the first up. */
const LEFT_BEHIND: readonly RegExp[] = [
  // Istio's charts keep their CRDs, so that removing a release loses no user's configuration.
  /^customresourcedefinitions\.apiextensions\.k8s\.io \/\w+\.(\w+)\.istio\.io$/,
  // The API server registers an APIService for each version of them.
  /^apiservices\.apiregistration\.k8s\.io \/v\w+\.(\w+)\.istio\.io$/,
  // istiod writes these into every namespace for its proxies.
  /^configmaps [\w-]+\/istio-ca-(root-cert|crl)$/,
  // istiod's leader elections.
  /^(leases\.coordination\.k8s\.io|configmaps) [\w-]+\/istio-[\w-]*(election|leader)$/,
];

/** What is in the clusters before the first up. */
export function takeInventory(suite: Suite): Record<string, string[]> {
  return Object.fromEntries(
    suite.lab.clusters.map(({ name }) => [
      name,
      inventory(suite.toolchain.bin.kubectl, suite.kubeconfigOf(name)),
    ]),
  );
}

/** Expects that nothing is left of a mesh but what is named above. */
export function expectAsBefore(suite: Suite, before: Record<string, string[]>): void {
  const after = takeInventory(suite);
  for (const { name } of suite.lab.clusters) {
    const left = (after[name] ?? []).filter((object) => !LEFT_BEHIND.some((allowed) => allowed.test(object)));
    expect(left).toEqual(before[name]);
  }
}

/** Destroy leaves nothing but what is named above, clean nothing at all, and a new up works over either. */
export function destroyScenario(suite: Suite, before: () => Record<string, string[]>): void {
  test("destroy leaves the clusters as they were", async () => {
    await suite.stack.destroy();
    expectAsBefore(suite, before());
  });

  test("clean takes the rest as well, where it is asked to", async () => {
    const { kubeConfigs } = await suite.openMesh();
    const kubeConfig = kubeConfigs.get("cluster1");
    expect(kubeConfig).toBeDefined();
    const leavings = await findLeavings(new Map([["cluster1", kubeConfig!]]), { crds: true });
    for (const leaving of leavings) await leaving.remove();
    expect(leavings.map(({ object }) => object)).toContain("ConfigMap default/istio-ca-root-cert");
    // Deleting a definition goes on after the API has agreed to it.
    await expect
      .poll(() => takeInventory(suite)["cluster1"], { timeout: 30_000 })
      .toEqual(before()["cluster1"]);
  });

  test("a new up over what was left builds a working mesh", async () => {
    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
}
