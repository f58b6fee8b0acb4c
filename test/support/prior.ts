import { onTestFinished } from "vitest";
import type { MeshSpec } from "../../components";
import { configureMesh, deployMesh } from "../../stacks/mesh/library";
import { type Answer, ApiServer } from "./api-server";
import { LOAD_BALANCER } from "./deploy";
import { Hooks } from "./hooks";
import { CA_DATA } from "./kubeconfigs";
import { runProgram } from "./mocks";
import { insecureKubeconfig } from "./served-namespaces";
import { cluster } from "./specs";

/** Where an API server lists what is asked for, and has the namespace. */
export const AT = {
  namespace: "/api/v1/namespaces/istio-system",
  crds: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  webhooks: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
  deployments: "/apis/apps/v1/namespaces/istio-system/deployments",
  secrets: "/api/v1/namespaces/istio-system/secrets",
} as const;

export const byManager = (manager: string) => ({ managedFields: [{ manager, operation: "Update" }] });
export const byHelm = (release: string, namespace: string) => ({
  labels: { "app.kubernetes.io/managed-by": "Helm" },
  annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace },
});
export const BY_ISTIOCTL = { labels: { "install.operator.istio.io/owning-resource": "unknown" } };
export const record = (status: string) => ({
  "sh.helm.release.v1.istio-base.v1": { labels: { owner: "helm", name: "istio-base", status } },
});

/** One of Istio's CRDs, by kubectl. */
export const CRD = { "gateways.networking.istio.io": byManager("kubectl-client-side-apply") };

export const named = (name: string) => ({ metadata: { name, namespace: "istio-system" } });

/** Objects by name, with what their metadata has beside it. */
type Objects = Readonly<Record<string, object>>;

const listOf = (objects: Objects): Answer => ({
  apiVersion: "meta.k8s.io/v1",
  kind: "PartialObjectMetadataList",
  metadata: {},
  items: Object.entries(objects).map(([name, metadata]) => ({ metadata: { name, ...metadata } })),
});

/** Objects by the path at which they are listed, or the status with which that is refused. */
export type Has = Readonly<Record<string, Objects | number>>;

/** An API server that has these and nothing else. */
export async function serverOf(has: Has): Promise<ApiServer> {
  const server = await ApiServer.start((_, path) => {
    const found = has[path];
    if (found === undefined || typeof found === "number") return found ?? 404;
    return path === AT.namespace
      ? { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system", ...found } }
      : listOf(found);
  });
  onTestFinished(() => server.stop());
  return server;
}

/** Runs the program over a server, and says what the engine would be told before it makes a resource. */
export async function beforeCreates(server: ApiServer, spec: MeshSpec = { clusters: [cluster(1)] }) {
  const caBundle = Buffer.from(CA_DATA, "base64").toString();
  const kubeconfig = insecureKubeconfig("cluster1", server.url);
  const hooks = new Hooks();
  const program = () =>
    deployMesh(configureMesh(spec, { cluster1: { kubeconfig, caBundle, loopbackIsShared: true } }), "blue", {
      transformations: [hooks.transformation],
    });
  await runProgram(program, { ...LOAD_BALANCER, preview: true });
  server.requests.length = 0;
  return (type: string, newInputs: object = {}) =>
    hooks.run("blue-cluster1-prior", { type, newInputs: { ...newInputs } });
}
