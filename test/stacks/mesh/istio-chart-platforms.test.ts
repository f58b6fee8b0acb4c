import { join } from "node:path";
import { expect, test } from "vitest";
import { planMesh, type Platform } from "../../../components";
import type { Manifest } from "../../../components/internal/manifests";
import { PLATFORMS } from "../../../components/topology/platforms";
import { baseValues } from "../../../components/values/base";
import { find } from "../../support/components";
import { envOf, istioCharts } from "../../support/istio-charts";
import { cluster } from "../../support/specs";

const { renderer, deployCharts } = istioCharts();

const known = (Object.keys(PLATFORMS) as Platform[]).filter((platform) => PLATFORMS[platform].chartPlatform);

test.each(known)("Istio's charts know platform %s by the name that they are told", async (platform) => {
  const spec = { clusters: [cluster(1, { platform }), cluster(2)] };
  const [plan] = planMesh(spec).clusters;
  const base = { path: join(renderer().charts, "base"), values: baseValues(plan?.base ?? {}) };
  await expect(renderer().render({ ...base, release_name: "base" })).resolves.not.toEqual([]);
  const rendered = (await deployCharts(spec)).registrations;
  const { inputs } = find(rendered, "cluster1-istiod:istio-system/istiod", ":Deployment");
  expect(envOf(inputs as unknown as Manifest)).toMatchObject({ PLATFORM: platform });
});

// https://istio.io/latest/docs/setup/platform-setup/openshift/
test("on openshift proxies expect Istio's CNI node agent", async () => {
  const rendered = (await deployCharts({ clusters: [cluster(1, { platform: "openshift", istioCni: true })] }))
    .registrations;
  const { inputs } = find(rendered, "cluster1-istiod:istio-system/istio-sidecar-injector", ":ConfigMap");
  const values = JSON.parse((inputs["data"] as { values: string }).values) as { pilot: object };
  expect(values.pilot).toMatchObject({ cni: { enabled: true, provider: "multus" } });
});

test("on aks the injection webhook is marked for its admissions enforcer, in a remote too", async () => {
  const clusters = [
    cluster(1, { platform: "aks" }),
    cluster(2, { platform: "aks", controlPlanes: ["cluster1"] }),
  ];
  const rendered = (await deployCharts({ clusters })).registrations;
  const annotations = ["cluster1", "cluster2"].map((name) => {
    const { inputs } = find(
      rendered,
      `${name}-istiod:istio-sidecar-injector`,
      ":MutatingWebhookConfiguration",
    );
    return (inputs as unknown as Manifest).metadata.annotations;
  });
  const marks = { "admissions.enforcer/disabled": "true", "pulumi.com/patchForce": "true" };
  expect(annotations).toEqual([marks, marks]);
});

test("on eks a gateway keeps its old pods until the load balancer has the new ones, unless its values say otherwise", async () => {
  const ingress = { routes: [{ service: "web.shop.svc.cluster.local", port: 80 }] };
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } };
  const clusters = [
    cluster(1, { platform: "eks", ingress }),
    cluster(2, { platform: "eks", gateway: { values: { minReadySeconds: 30, strategy } } }),
    cluster(3, { platform: "gke" }),
  ];
  const rendered = (await deployCharts({ clusters })).registrations;
  const rollout = (name: string) => {
    const { spec } = find(rendered, name, ":Deployment").inputs as { spec: Record<string, unknown> };
    return { minReadySeconds: spec["minReadySeconds"], strategy: spec["strategy"] };
  };
  const slow = {
    minReadySeconds: 180,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 } },
  };
  const [eastWest, north] = [
    "gateway-chart:istio-system/istio-eastwestgateway",
    "ingress-chart:istio-system/istio-ingressgateway",
  ];
  expect(rollout(`cluster1-${eastWest}`)).toEqual(slow);
  expect(rollout(`cluster1-${north}`)).toEqual(slow);
  expect(rollout(`cluster2-${eastWest}`)).toEqual({ minReadySeconds: 30, strategy });
  expect(rollout(`cluster3-${eastWest}`)).toEqual({});
});
