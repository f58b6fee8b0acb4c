import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { nameOf, stepRecorder, type Suite } from "../support/suite";

/** A cluster joins and leaves a running mesh without touching the others. */
export function membershipScenario(suite: Suite): void {
  let token: string;

  test("a fourth cluster only adds its own resources and its links", async () => {
    await suite.addCluster("cluster4", "network4");
    // The sample app versions of the others stay as they are.
    await suite.configure(sampleAppsOf(4));
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    const { create = [], update = [], ...others } = steps;
    expect(others).toEqual({});
    expect(update.map(nameOf)).toEqual([expect.stringMatching(/^istio-multicluster-/)]);
    expect(create.filter((urn) => !nameOf(urn).includes("cluster4"))).toEqual([]);
    await suite.expectWorkingMesh();
    token = readerToken(suite, "cluster4");
    expect(authorizedWith(suite, "cluster4", token)).toBe("200");
  });

  test("removed again, the other istiods no longer list it, and its token is refused", async () => {
    await suite.configure({ ...sampleAppsOf(3), clusters: clusterConfigs(suite, 3) });
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    const { update = [], delete: deleted = [], ...others } = steps;
    expect(others).toEqual({});
    expect(update.map(nameOf)).toEqual([expect.stringMatching(/^istio-multicluster-/)]);
    expect(deleted.filter((urn) => !nameOf(urn).includes("cluster4"))).toEqual([]);
    // Every istiod of the rest is asked for the clusters that it knows; one too many is a failed check.
    await suite.expectWorkingMesh();
    expect(authorizedWith(suite, "cluster4", token)).toBe("401");
  });

  test("its clusters gone from the lab as well, the mesh's config is the first one again", async () => {
    await suite.removeCluster("cluster4");
    await suite.configure();
    const { steps, onEvent } = stepRecorder();
    await suite.stack.preview({ onEvent });
    expect(steps).toEqual({});
  });
}

function sampleAppsOf(count: number): Record<string, unknown> {
  const helloworld = { cluster1: ["v1"], cluster2: ["v1"], cluster3: ["v2"] };
  return { sampleApps: { helloworld: { ...helloworld, cluster4: count === 4 ? ["v1"] : undefined } } };
}

function clusterConfigs(suite: Suite, count: number): unknown[] {
  return suite.lab.clusters.slice(0, count).map(({ name, network }) => ({
    name,
    network,
    access: { kubeconfigFile: suite.lab.kubeconfig, context: name },
  }));
}

function readerToken(suite: Suite, cluster: string): string {
  const secret = JSON.parse(
    suite.kubectl(
      cluster,
      "get",
      "secret",
      "-n",
      "istio-system",
      "istio-multicluster-reader-token",
      "-o",
      "json",
    ),
  );
  return Buffer.from(secret.data.token, "base64").toString();
}

/** HTTP status with which a cluster's API answers a bearer token. */
function authorizedWith(suite: Suite, cluster: string, token: string): string {
  const { apiServer } = suite.lab.clusters.find(({ name }) => name === cluster) ?? { apiServer: "" };
  return curlStatus(`${apiServer}/api/v1/namespaces`, token);
}

function curlStatus(url: string, token: string): string {
  return execFileSync(
    "curl",
    ["-sk", "-o", "/dev/null", "-w", "%{http_code}", "-m", "10", "-H", `Authorization: Bearer ${token}`, url],
    { encoding: "utf8" },
  );
}
