import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { HelmChart, type HelmChartArgs } from "../../../components/internal/helm-chart";
import { locateChart } from "../../../components/values/charts";
import { find, listOf, outsideProvider, testProvider } from "../../support/components";
import { runFailingProgram, runProgram, startMocks } from "../../support/mocks";
import { valueOf } from "../../support/outputs";

const ISTIOD: HelmChartArgs = { chart: "./charts/istiod", releaseName: "istiod", values: {} };

const RENDERER = "istio-multicluster.charts";

const CHILDREN = [
  "ClusterRole chart:istio-reader-clusterrole-istio-system",
  "ConfigMap chart:istio-system/istio",
  "Deployment chart:istio-system/istiod",
  "Service chart:istio-system/istiod",
  "ServiceAccount chart:istio-system/istiod",
];

const WEBHOOK = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: { name: "injector" },
};

const DEPLOYMENT = (spec: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "istio-system" },
  spec: { replicas: 1, ...spec },
});

const chart = (changes: Partial<HelmChartArgs> = {}, opts: pulumi.ComponentResourceOptions = {}) =>
  new HelmChart("chart", { ...ISTIOD, ...changes }, { ...opts, provider: opts.provider ?? testProvider() });

const configMap = (name: string, opts: pulumi.CustomResourceOptions) =>
  new k8s.core.v1.ConfigMap(name, {}, opts);

describe("HelmChart", () => {
  test("says in one sentence which chart cannot be rendered, why, and where its source is chosen", async () => {
    const { failures } = await runFailingProgram(
      () => chart({ chart: "istiod", version: "1.31.1", repositoryOpts: { repo: "https://charts.example" } }),
      { render: () => Promise.reject(new Error("failed to pull chart: no such host")) },
    );
    expect(failures).toEqual([
      expect.stringMatching(
        /^the chart istiod 1\.31\.1 of https:\/\/charts\.example cannot be rendered: failed to pull chart: no such host; if it is not there.*set istio\.charts/,
      ),
    ]);
  });

  test.each([
    ["an Output", () => pulumi.output("text")],
    ["a secret", () => pulumi.secret("text")],
    ["a promise", () => Promise.resolve("text")],
  ])("refuses %s in its values, which would become some other text", async (_, value) => {
    const { failures, registrations } = await runFailingProgram(() =>
      chart({ values: { env: { LIST: [{ plain: "text" }, { later: value() }] } } }),
    );
    expect(failures).toEqual([
      expect.stringMatching(
        /^the value env\.LIST\[1\]\.later of the chart of chart is an Output; .*plain values only/,
      ),
    ]);
    expect(listOf(registrations)).toEqual(["istio-multicluster:index:HelmChart chart"]);
  });

  test("makes what the chart renders to its children, under its provider", async () => {
    const { result, registrations } = await runProgram(() => chart());
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:HelmChart chart",
      "kubernetes:apps/v1:Deployment chart:istio-system/istiod",
      "kubernetes:core/v1:ConfigMap chart:istio-system/istio",
      "kubernetes:core/v1:Service chart:istio-system/istiod",
      "kubernetes:core/v1:ServiceAccount chart:istio-system/istiod",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole chart:istio-reader-clusterrole-istio-system",
    ]);
    const children = registrations.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(children.map(({ parent }) => parent)).toEqual(Array(5).fill("chart"));
    expect(outsideProvider(registrations)).toEqual([]);
    const resources = await valueOf(result.resources);
    expect(resources.map(({ manifest }) => manifest.kind)).toEqual([
      "ServiceAccount",
      "ConfigMap",
      "ClusterRole",
      "Service",
      "Deployment",
    ]);
  });

  test.each([
    ["a folder of the project", { folder: "charts" }, { path: "./charts/istiod" }],
    ["a folder beside the project", { folder: "../charts" }, { path: "../charts/istiod" }],
    ["an absolute folder", { folder: "/srv/charts" }, { path: "/srv/charts/istiod" }],
    [
      "a Helm repository",
      { repository: "https://charts.example" },
      { chart: "istiod", version: "1.31.1", fetch_opts: { repo: "https://charts.example" } },
    ],
    [
      "an OCI registry",
      { oci: "oci://r.example/charts" },
      { chart: "oci://r.example/charts/istiod", version: "1.31.1" },
    ],
  ])("asks for a chart of %s by exactly the options that it needs", async (_, source, location) => {
    const values = { global: { network: "network1" }, tolerations: [{ operator: "Exists" }] };
    const { chartCalls } = await runProgram(() =>
      chart({ ...locateChart("istiod", source, "1.31.1"), values }),
    );
    expect(chartCalls).toEqual([
      {
        provider: RENDERER,
        options: {
          ...location,
          kube_version: expect.stringMatching(/^1\.\d+\.0$/),
          namespace: "istio-system",
          release_name: "istiod",
          values,
        },
      },
    ]);
  });

  test("takes its parent's provider", async () => {
    const { registrations } = await runProgram(() => {
      const parent = new pulumi.ComponentResource(
        "test:index:Parent",
        "parent",
        {},
        { provider: testProvider() },
      );
      return new HelmChart("chart", ISTIOD, { parent });
    });
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("is rendered by a provider of no cluster, one for all charts of a program", async () => {
    const program = () => [chart(), new HelmChart("other", ISTIOD, { provider: testProvider("cluster2") })];
    for (const { registrations, chartCalls } of [await runProgram(program), await runProgram(program)]) {
      expect(chartCalls.map(({ provider }) => provider)).toEqual([RENDERER, RENDERER]);
      const { inputs, parent } = find(registrations, RENDERER);
      expect(JSON.parse(String(inputs["kubeconfig"]))).toEqual({ apiVersion: "v1", kind: "Config" });
      expect(parent).toBeUndefined();
    }
  });

  test("shows every object in the preview of a cluster that is yet to be made", async () => {
    const kubeconfig = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
    const { result, registrations } = await runProgram(
      () => chart({}, { provider: new k8s.Provider("unmade", { kubeconfig }) }),
      { preview: true },
    );
    expect(listOf(registrations)).toHaveLength(1 + CHILDREN.length);
    expect(await valueOf(result.resources)).toHaveLength(CHILDREN.length);
  });

  test.each([
    ["waits until pods behind a webhook can be reached by all nodes", [WEBHOOK, DEPLOYMENT()], 3],
    ["leaves a chart's own time alone", [WEBHOOK, DEPLOYMENT({ minReadySeconds: 10 })], 10],
    ["does not wait where there is no webhook", [DEPLOYMENT()], undefined],
  ])("%s", async (_, istiod, seconds) => {
    const { registrations } = await runProgram(() => chart(), { charts: { istiod } });
    const spec = find(registrations, "chart:istio-system/web").inputs["spec"];
    expect(spec).toEqual({ replicas: 1, ...(seconds === undefined ? {} : { minReadySeconds: seconds }) });
  });

  test("keeps out of the release's namespace what belongs into none", async () => {
    const names = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"].map((kind) => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind,
      metadata: { name: kind.toLowerCase(), namespace: "istio-system" },
    }));
    const { registrations } = await runProgram(() => chart(), { charts: { istiod: names } });
    expect(find(registrations, "chart:validatingadmissionpolicy").inputs["metadata"]).toEqual({
      name: "validatingadmissionpolicy",
    });
    expect(find(registrations, "chart:validatingadmissionpolicybinding").inputs["metadata"]).toEqual({
      name: "validatingadmissionpolicybinding",
    });
  });

  test("holds back what depends on it until every child is there", async () => {
    const { registrations } = await runProgram(() => configMap("after", { dependsOn: [chart()] }));
    expect(find(registrations, "after").dependsOn).toEqual(CHILDREN);
  });

  test("holds back its children until what it depends on is there", async () => {
    const { registrations } = await startMocks();
    const provider = testProvider();
    chart({}, { provider, dependsOn: [configMap("before", { provider })] });
    await pulumi.runtime.disconnect();
    expect(find(registrations, "chart").dependsOn).toEqual(["ConfigMap before"]);
    const names = registrations
      .filter(({ type }) => !type.startsWith("pulumi:providers:"))
      .map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(["before", "chart"]);
    expect(names).toHaveLength(2 + CHILDREN.length);
  });

  test("shows every object in a preview", async () => {
    const { registrations } = await runProgram(() => chart(), { preview: true });
    expect(listOf(registrations)).toHaveLength(1 + CHILDREN.length);
  });

  test("makes nothing, nor what depends on it, when the chart cannot be rendered", async () => {
    const { failures, registrations } = await runFailingProgram(() =>
      configMap("after", { dependsOn: [chart({ releaseName: "unknown" })] }),
    );
    expect(failures).toEqual([expect.stringContaining("no chart is mocked for release unknown")]);
    expect(listOf(registrations)).toEqual(["istio-multicluster:index:HelmChart chart"]);
  });
});
