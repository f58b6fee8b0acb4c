import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ByHand } from "../../bench/documented-way";
import { defaultSpec } from "../../lab";
import { UPSTREAM_ENVOY_SETTINGS } from "../../ops/lab-mesh";
import { pulumi } from "../../ops/pulumi-cli";
import { istiodPods } from "../lab/support/istio";
import { Suite } from "../lab/support/suite";

/** cluster1 has a namespace and a CA already, cluster2 a whole Istio, both under a root that Pulumi never sees the key of. */
describe("clusters that have something of Istio already", () => {
  const suite = new Suite(defaultSpec("existing", 2));
  const folder = mkdtempSync(join(tmpdir(), "existing-test-"));
  let changes: Record<string, Record<string, unknown>>;
  let before: string[];
  let previews: Record<"ca" | "namespace" | "crds", string>;

  const configure = (overrides: Record<string, unknown> = {}, cluster2: Record<string, unknown> = {}) =>
    suite.configure({
      ...overrides,
      clusters: suite.clusters({ ...changes, cluster2: { ...changes["cluster2"], ...cluster2 } }),
    });

  /** What a preview says of one cluster. */
  const previewOf = async (cluster: string, change: Record<string, unknown> = {}): Promise<string> => {
    const clusters = suite.clusters({ [cluster]: change }).filter(({ name }) => name === cluster);
    await suite.configure({ sampleApps: undefined, clusters });
    const args = ["preview", "--stack", suite.place.stack];
    const { stdout, stderr } = await pulumi(suite.stack.workspace, args, { reject: false });
    return `${stdout}\n${stderr}`;
  };

  /** Identity and version of what must neither be written nor made anew. */
  const untouched = () =>
    ["cluster1", "cluster2"].map((cluster) =>
      suite.kubectl(
        cluster,
        ...["get", "secret", "cacerts", "-n", "istio-system"],
        ...["-o", "jsonpath={.metadata.uid} {.metadata.resourceVersion}"],
      ),
    );

  beforeAll(async () => {
    await suite.start();
    const byHand = new ByHand(suite.toolchain, folder);
    await byHand.makeRoot();
    for (const cluster of suite.lab.clusters) await byHand.plugInCa(cluster);
    const [, cluster2] = suite.lab.clusters;
    const { istio } = suite.toolchain.versions;
    await byHand.installIstio(cluster2!, "network2", [
      ...["values.global.hub=docker.io/istio", `values.global.tag=${istio}`, ...UPSTREAM_ENVOY_SETTINGS],
    ]);
    const rootCertificate = readFileSync(join(folder, "root-cert.pem"), "utf8");
    changes = {
      cluster1: { adopt: ["namespace", "cacerts"], rootCertificate },
      cluster2: { adopt: ["istiod"], rootCertificate, gateway: { enabled: true } },
    };
    before = untouched();
    // Each with one thing in the way: the first error ends a preview.
    previews = {
      ca: await previewOf("cluster1", { adopt: ["namespace"] }),
      namespace: await previewOf("cluster1", { adopt: ["cacerts"], rootCertificate }),
      crds: await previewOf("cluster2", { adopt: ["namespace", "cacerts"], rootCertificate }),
    };
    await configure();
    await suite.stack.up();
  });
  afterAll(suite.stop);
  afterAll(() => rmSync(folder, { recursive: true }));

  test("are told of before anything is made, with whose what is there is, and what mends it", () => {
    expect(previews.ca).toMatch(
      /\(cluster1\) has Secret istio-system\/cacerts already, .* adopt: \[cacerts\]/,
    );
    expect(previews.namespace).toMatch(
      /warning: .*\(cluster1\) has the namespace istio-system already, .* adopt: \[namespace\]/,
    );
    expect(previews.namespace).not.toContain("error:");
    expect(previews.crds).toMatch(
      /\(cluster2\) has CustomResourceDefinition .* already, of istioctl, .* npm run take-over .* adopt: \[istiod\]/,
    );
  });

  test("become one mesh, with requests in both directions", async () => {
    await suite.expectWorkingMesh();
  });

  test("keep their CAs, and no root is made", async () => {
    expect(untouched()).toEqual(before);
    expect(JSON.stringify(await suite.stack.exportStack())).not.toMatch(
      /index:(RootCA|IntermediateCA)|PRIVATE KEY/,
    );
  });

  test("a second preview is empty", async () => {
    const { changeSummary } = await suite.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });

  test("a preview refuses another trust domain", async () => {
    await configure({ trustDomain: "td.example" });
    await expect(suite.stack.preview()).rejects.toThrow(
      "trustDomain cannot change from cluster.local to td.example: every certificate of the running mesh names it",
    );
  });

  test("an update that would install over the existing istiod is refused, then and again", async () => {
    await configure({}, { adopt: ["namespace", "cacerts"] });
    const refusal =
      "adopt of cluster cluster2 cannot change from namespace, cacerts, istiod to namespace, cacerts";
    const istiods = istiodPods(suite, "cluster2");
    await expect(suite.stack.up()).rejects.toThrow(refusal);
    await expect(suite.stack.up({ continueOnError: true })).rejects.toThrow(refusal);
    expect(istiodPods(suite, "cluster2")).toEqual(istiods);
  });

  test("the config of before is accepted again, and nothing was touched", async () => {
    await configure();
    await suite.stack.up();
    expect(untouched()).toEqual(before);
    await suite.expectWorkingMesh();
  });

  test("a destroy leaves them what they had", async () => {
    await suite.stack.destroy();
    expect(untouched()).toEqual(before);
    expect(istiodPods(suite, "cluster1")).toEqual([]);
    expect(istiodPods(suite, "cluster2")).toHaveLength(1);
  });
});
