import { afterAll, beforeAll, expect, test } from "vitest";
import type { MeshSpec } from "../../../components";
import { ApiServer } from "../../support/api-server";
import { ChartRenderer, FIRST_START } from "../../support/chart-renderer";
import { deploy, LOAD_BALANCER } from "../../support/deploy";
import { NEWER_CLUSTER } from "../../support/newer-cluster";
import { insecureKubeconfig } from "../../support/served-namespaces";
import { cluster } from "../../support/specs";

/** Earlier versions of this program rendered by each cluster's own provider, which asked the cluster. */

let api: ApiServer;
let alone: ChartRenderer;
let asking: ChartRenderer;

beforeAll(async () => {
  api = await ApiServer.start((_, path) => NEWER_CLUSTER[path] ?? 404);
  alone = await ChartRenderer.start();
  asking = await ChartRenderer.start(insecureKubeconfig("newer", api.url));
}, FIRST_START);
afterAll(() => {
  alone.stop();
  asking.stop();
  api.stop();
});

/** Every role, platforms that the charts know, and objects that they make only if asked to. */
const MESH: MeshSpec = {
  istiod: { values: { experimental: { stableValidationPolicy: true } } },
  clusters: [
    cluster(1, { platform: "gke" }),
    cluster(2, { controlPlanes: ["cluster1"], platform: "openshift" }),
    cluster(3, { istiod: { replicas: 2 }, gateway: { replicas: 3, minAvailable: "50%" } }),
    cluster(4, { externalControlPlane: { host: "cluster5" } }),
    cluster(5),
  ],
};

test("no cluster's answers change anything that is made of Istio's charts, its name or its place", async () => {
  const spec = { ...MESH, istio: { charts: { folder: alone.charts } } };
  const now = await deploy(spec, { ...LOAD_BALANCER, render: (options) => alone.render(options) });
  const before = await deploy(spec, {
    ...LOAD_BALANCER,
    render: ({ kube_version: _version, ...options }) => asking.render(options),
  });
  const kinds = now.registrations.map(({ type }) => type.split(":").at(-1));
  expect(kinds).toContain("ValidatingAdmissionPolicyBinding");
  expect(now.registrations).toEqual(before.registrations);
  // Else nothing would be proven.
  expect(api.requests.map((request) => new URL(request.split(" ")[1] ?? "", api.url).pathname)).toEqual(
    expect.arrayContaining(["/version", "/apis/admissionregistration.k8s.io/v1"]),
  );
});
