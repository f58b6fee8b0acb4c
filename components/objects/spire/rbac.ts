import type { Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import { SPIRE_AGENT, SPIRE_BUNDLE, SPIRE_NAMESPACE, SPIRE_SERVER } from "../../names";

const READ = ["get", "list", "watch"];
const MANAGED = ["clusterspiffeids", "clusterfederatedtrustdomains", "clusterstaticentries"];

/**
 * What a server may: attest agents by their tokens, pods and nodes, tell its roots in one ConfigMap, have its CA signed,
 * and, for the controller manager beside it, look for pods to register and read what to register them as.
 */
export function serverAccount(chart: Chart, usesIssuer: boolean, pullSecrets?: readonly string[]): void {
  account(chart, SPIRE_SERVER, pullSecrets);
  clusterRole(chart, SPIRE_SERVER, [
    { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    { apiGroups: [""], resources: ["endpoints", "namespaces", "nodes", "pods"], verbs: READ },
    { apiGroups: ["spire.spiffe.io"], resources: MANAGED, verbs: READ },
    {
      apiGroups: ["spire.spiffe.io"],
      resources: MANAGED.map((kind) => `${kind}/status`),
      verbs: ["get", "patch", "update"],
    },
  ]);
  role(chart, SPIRE_SERVER, [
    { apiGroups: [""], resources: ["configmaps"], resourceNames: [SPIRE_BUNDLE], verbs: ["get", "patch"] },
    ...(usesIssuer
      ? [
          {
            apiGroups: ["cert-manager.io"],
            resources: ["certificaterequests"],
            verbs: ["create", "get", "list", "delete"],
          },
        ]
      : []),
  ]);
}

/** What an agent may: ask its kubelet for the pods of its node. */
export function agentAccount(chart: Chart, pullSecrets?: readonly string[]): void {
  account(chart, SPIRE_AGENT, pullSecrets);
  clusterRole(chart, SPIRE_AGENT, [{ apiGroups: [""], resources: ["nodes/proxy"], verbs: ["get"] }]);
}

/** Pods take Secrets to pull their images with from their account. */
function account(chart: Chart, name: string, pullSecrets: readonly string[] = []): void {
  new k8s.KubeServiceAccount(chart, `${name}-account`, {
    metadata: { name, namespace: SPIRE_NAMESPACE },
    ...(pullSecrets.length === 0
      ? {}
      : { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) }),
  });
}

function clusterRole(chart: Chart, name: string, rules: k8s.PolicyRule[]): void {
  new k8s.KubeClusterRole(chart, `${name}-cluster-role`, { metadata: { name }, rules });
  new k8s.KubeClusterRoleBinding(chart, `${name}-cluster-role-binding`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace: SPIRE_NAMESPACE }],
  });
}

function role(chart: Chart, name: string, rules: k8s.PolicyRule[]): void {
  const metadata = { name, namespace: SPIRE_NAMESPACE };
  new k8s.KubeRole(chart, `${name}-role`, { metadata, rules });
  new k8s.KubeRoleBinding(chart, `${name}-role-binding`, {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace: SPIRE_NAMESPACE }],
  });
}
