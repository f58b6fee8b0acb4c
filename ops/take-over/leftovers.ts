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

/** Names the revision tag whose webhook or Service an object is. */
export const TAG_LABEL = "istio.io/tag";

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
          isDefaultTag: metadata?.labels?.[TAG_LABEL] === "default",
        }));
      }),
    ),
  );
  const objects = lists
    .flat()
    .filter(({ name }) => !OF_BASE.includes(name))
    .map((each) => ({ ...each, object: text(each.kind, each.name, each.namespace) }))
    .filter(({ object }) => !ours.has(object))
    .map(({ object, kind, isDefaultTag }) => (isDefaultTag ? `${object}${ofDefaultTag(kind)}` : object));
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

/**
 * Istioctl's default tag: its webhook took the place of the one that the program activates again. Asked after that one,
 * istiod changes nothing more; but without an istiod it would refuse every pod of the namespaces with injection.
 */
function ofDefaultTag(kind: string): string {
  const what =
    kind === "MutatingWebhookConfiguration" ? ", which refuses new pods once the mesh is destroyed" : "";
  return `${what}: after pulumi up remove it by istioctl tag remove default --skip-confirmation`;
}
