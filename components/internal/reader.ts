import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1";
import type * as pulumi from "@pulumi/pulumi";
import { accountToken } from "./account-token";
import { ISTIO_NAMESPACE, READER_ACCOUNT, READER_CLUSTER_ROLE } from "./names";

/**
 * Makes the account through which other clusters' istiods read this cluster, and gives its token.
 * It is not the chart's own, so that it can be replaced without a new install.
 */
export function readerToken(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const account = new ServiceAccount(
    `${name}-reader`,
    { metadata: { name: READER_ACCOUNT, namespace: ISTIO_NAMESPACE }, automountServiceAccountToken: false },
    opts,
  );
  new ClusterRoleBinding(
    `${name}-reader`,
    {
      metadata: { name: READER_ACCOUNT },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: READER_CLUSTER_ROLE },
      subjects: [{ kind: "ServiceAccount", name: READER_ACCOUNT, namespace: ISTIO_NAMESPACE }],
    },
    opts,
  );
  return accountToken(`${name}-reader-token`, account.metadata.name, `${READER_ACCOUNT}-token`, opts);
}
