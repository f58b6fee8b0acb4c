import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { apply, type KubernetesObject } from "./apply";
import type { Suite } from "./suite";

/** Namespace of cert-manager and of what ClusterIssuers refer to. */
const NAMESPACE = "cert-manager";

/** Runs cert-manager's controller in a cluster. Its webhook only checks input, and its CA injector serves the webhook. */
export function installCertManager(suite: Suite, cluster: string): void {
  apply(suite, cluster, crds(suite.toolchain.certManagerCrds!));
  apply(suite, cluster, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: NAMESPACE, namespace: NAMESPACE } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: NAMESPACE },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: NAMESPACE, namespace: NAMESPACE }],
    },
    deployment(NAMESPACE, NAMESPACE, {
      name: "controller",
      image: `quay.io/jetstack/cert-manager-controller:v${suite.toolchain.versions["cert-manager"]}`,
      args: ["--v=2", `--cluster-resource-namespace=${NAMESPACE}`, "--leader-elect=false"],
    }),
  ]);
}

/** A ClusterIssuer, and the Secret that it refers to as `name`; returns once it can sign. */
export function makeIssuer(
  suite: Suite,
  cluster: string,
  name: string,
  stringData: Record<string, string>,
  spec: unknown,
): void {
  apply(suite, cluster, [
    { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: NAMESPACE }, stringData },
    { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", metadata: { name }, spec },
  ]);
  suite.kubectl(cluster, "wait", "--for=condition=Ready", `clusterissuer/${name}`, "--timeout=120s");
}

/** Has a Certificate renewed now, as `cmctl renew` does. */
export function renew(suite: Suite, cluster: string, namespace: string, name: string): void {
  const value = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "a test asks for it",
    lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ""),
  };
  const patch = JSON.stringify([{ op: "add", path: "/status/conditions/-", value }]);
  const target = ["certificate", name, "-n", namespace, "--subresource=status"];
  suite.kubectl(cluster, "patch", ...target, "--type=json", "-p", patch);
}

/** A Deployment of one container. */
export function deployment(
  name: string,
  namespace: string,
  container: Record<string, unknown>,
): KubernetesObject {
  const labels = { app: name };
  const account = namespace === NAMESPACE ? { serviceAccountName: NAMESPACE } : {};
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...account, containers: [container] } },
    },
  };
}

/** cert-manager's CRDs. What of them are templates of its chart are labels only. */
function crds(folder: string): KubernetesObject[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return parse(text.replaceAll(/^ +[\w./]+: '\{\{.*$/gm, "")) as KubernetesObject;
    });
}
