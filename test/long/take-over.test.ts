import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Chart } from "cdk8s";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ByHand } from "../../bench/documented-way";
import { SAMPLE_NAMESPACE } from "../../components/defaults";
import { sampleApps } from "../../components/objects/sample-apps";
import { defaultSpec, type LabCluster } from "../../lab";
import { UPSTREAM_ENVOY_SETTINGS } from "../../ops/lab-mesh";
import { planTakeOver, takeOver, type TakeOverPlan } from "../../ops/take-over";
import { describeTakeOver } from "../../ops/take-over/report";
import { apply, type KubernetesObject } from "../lab/support/apply";
import { CrossingLoad } from "../lab/support/crossing-load";
import { installByHelm } from "../lab/support/helm";
import { previewedSteps, Suite } from "../lab/support/suite";

/**
 * Two clusters with a mesh as Istio's documentation says, under a root that Pulumi has no key of: istioctl has installed
 * cluster1, Helm cluster2.
 */
describe("a mesh that istioctl and Helm installed", () => {
  const suite = new Suite(defaultSpec("take-over", 2), ["helm"]);
  const folder = mkdtempSync(join(tmpdir(), "take-over-test-"));
  let plan: TakeOverPlan;
  let before: string[];
  let load: CrossingLoad;

  /** What must not be made anew: the objects by UID. */
  const identities = () =>
    suite.lab.clusters.flatMap(({ name }) =>
      [
        ["namespace", "istio-system"],
        ...["deployment/istiod", "service/istiod", "secret/cacerts", "service/istio-eastwestgateway"].map(
          (object) => ["-n", "istio-system", object],
        ),
        ["crd", "gateways.networking.istio.io"],
      ].map((object) => suite.kubectl(name, "get", ...object, "-o", "jsonpath={.metadata.uid}")),
    );

  const cacerts = () =>
    suite.lab.clusters.map(({ name }) =>
      suite.kubectl(name, "get", "secret", "-n", "istio-system", "cacerts", "-o", "jsonpath={.data}"),
    );

  beforeAll(async () => {
    await suite.start();
    const byHand = new ByHand(suite.toolchain, folder);
    const values = [
      ...["values.global.hub=docker.io/istio", `values.global.tag=${suite.toolchain.versions.istio}`],
      "values.global.imagePullPolicy=IfNotPresent",
    ];
    await byHand.makeRoot();
    const [one, other] = suite.lab.clusters as [LabCluster, LabCluster];
    for (const cluster of [one, other]) {
      await byHand.plugInCa(cluster);
      await byHand.labelNetwork(cluster, cluster.network);
    }
    await byHand.installIstio(one, one.network, [...values, ...UPSTREAM_ENVOY_SETTINGS]);
    await byHand.installGateway(one, one.network, values);
    installByHelm(suite, other);
    for (const cluster of [one, other]) await byHand.exposeServices(cluster);
    await byHand.link(one, other);
    await byHand.link(other, one);
    for (const { name } of suite.lab.clusters) installSamples(suite, name);
    const rootCertificate = readFileSync(join(folder, "root-cert.pem"), "utf8");
    await suite.configure({
      sampleApps: undefined,
      clusters: suite.clusters(
        Object.fromEntries(
          suite.lab.clusters.map(({ name }) => [name, { adopt: ["cacerts"], rootCertificate }]),
        ),
      ),
    });
    before = [...identities(), ...cacerts()];
    load = await CrossingLoad.start(suite);
  });
  afterAll(suite.stop);
  afterAll(() => load?.stop());
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is looked at first, and nothing is written", async () => {
    plan = await planTakeOver(suite.stack);
    const text = describeTakeOver(plan);
    expect(plan.refusals).toEqual([]);
    expect(text).toContain("cluster1: Secret istio-system/istio-remote-secret-cluster2");
    expect(text).toContain("cluster1: CustomResourceDefinition gateways.networking.istio.io");
    expect(text).toContain("cluster2: Helm release istio-system/istio-base");
    expect(text).toContain("cluster2: Helm's record of release istio-system/istiod");
    expect(text).toMatch(
      /selector differs.*\n {2}cluster1: Deployment istio-system\/istio-eastwestgateway\n\n/,
    );
    expect(text).toMatch(/istio-revision-tag-default, which refuses new pods .* istioctl tag remove default/);
    expect(text).toContain("cluster1: ServiceAccount istio-system/istio-reader-service-account");
    expect(Object.keys(await suite.stack.outputs())).toEqual([]);
    expect((await suite.stack.exportStack()).deployment?.resources ?? []).toEqual([]);
  });

  test("is taken over, by updates in place of what is there", async () => {
    await takeOver(suite.stack, plan);
    expect(Object.keys(await previewedSteps(suite.stack)).sort()).toEqual(["create", "update"]);
    await suite.stack.up();
    expect([...identities(), ...cacerts()]).toEqual(before);
  });

  test("injects and validates without istioctl's default tag, which can be removed then", async () => {
    const kubeconfig = suite.kubeconfigOf("cluster1");
    const remove = ["tag", "remove", "default", "--skip-confirmation", "--kubeconfig", kubeconfig];
    execFileSync(suite.toolchain.bin.istioctl, remove, { stdio: "pipe" });
    for (const { name } of suite.lab.clusters) {
      expect(suite.kubectl(name, "get", "mutatingwebhookconfigurations", "-o", "name").trim()).toMatch(
        /^[^\n]*\/istio-sidecar-injector$/,
      );
      const probe = ["run", "probe", "--image=none", "-n", SAMPLE_NAMESPACE, "--dry-run=server"];
      expect(suite.kubectl(name, ...probe, "-o", "jsonpath={.spec}")).toContain('"name":"istio-proxy"');
      suite.kubectl(name, "get", "validatingwebhookconfiguration", "istiod-default-validator");
    }
  });

  test("has a second preview that is empty", async () => {
    expect(await previewedSteps(suite.stack)).toEqual({});
    expect(describeTakeOver(await planTakeOver(suite.stack))).toMatch(/^Nothing to take over/);
  });

  test("has failed no request all the while", async () => {
    await load.expectNoFailure();
  });

  test("works as planned", async () => {
    await suite.expectWorkingMesh();
  });
});

function installSamples(suite: Suite, cluster: string): void {
  const chart = new Chart(new App(), "samples", { disableResourceNameHashes: true });
  sampleApps(chart, { namespace: SAMPLE_NAMESPACE, helloworldVersions: ["v1"], client: true });
  apply(suite, cluster, chart.toJson() as KubernetesObject[]);
  for (const name of ["helloworld-v1", "curl"]) {
    suite.kubectl(
      cluster,
      "rollout",
      "status",
      `deployment/${name}`,
      "-n",
      SAMPLE_NAMESPACE,
      "--timeout=120s",
    );
  }
}
