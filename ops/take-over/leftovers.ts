import { BASE_RELEASE, ISTIO_NAMESPACE } from "../../components/names";
import { describe, type Reference, type TargetCluster } from "./cluster";
import type { Candidate } from "./import-file";

const KINDS = [
  ["v1", "ServiceAccount"],
  ["v1", "ConfigMap"],
  ["v1", "Service"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "DaemonSet"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["policy/v1", "PodDisruptionBudget"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
  ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"],
  ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
] as const;

/** Labels of what istioctl and Istio's charts install. */
const INSTALLED = ["app.kubernetes.io/part-of=istio", "install.operator.istio.io/owning-resource"];

/** What base has, which is one resource of the program. */
const OF_BASE = ["istiod-default-validator"];

/** What was installed in a cluster and is no part of the program; it stays as it is. */
export async function leftovers(planned: readonly Candidate[], target: TargetCluster): Promise<string[]> {
  const ours = new Set(
    planned.flatMap(({ declared, name, namespace }) =>
      declared?.kind === undefined ? [] : [text(declared.kind, name, namespace)],
    ),
  );
  const lists = await Promise.all(
    KINDS.flatMap(([apiVersion, kind]) =>
      INSTALLED.map(async (selector) => {
        const items = await target.list(apiVersion, kind, selector);
        return items.map(({ metadata }) => ({
          kind,
          name: metadata?.name ?? "",
          namespace: metadata?.namespace,
        }));
      }),
    ),
  );
  const objects = lists
    .flat()
    .filter(({ name }) => !OF_BASE.includes(name))
    .map(({ kind, name, namespace }) => text(kind, name, namespace))
    .filter((object) => !ours.has(object));
  const releases = (await target.releases())
    .filter((name) => name !== BASE_RELEASE)
    .map((name) => `Helm's record of release ${ISTIO_NAMESPACE}/${name}`);
  return [...new Set([...objects, ...releases])].sort();
}

function text(kind: string, name: string, namespace: string | undefined): string {
  const reference: Reference = {
    apiVersion: "",
    kind,
    metadata: namespace === undefined ? { name } : { name, namespace },
  };
  return describe(reference);
}
