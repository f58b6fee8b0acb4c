import { ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE, READER_ACCOUNT, READER_ROLE } from "../names";
import type { ReaderPlan, ReaderRule } from "../spec/types";
import { accountToken } from "./account-token";

/**
 * Makes the account through which other clusters' istiods read this cluster, lets it do what they need, and gives its
 * token. It is not the chart's own, so that it can be replaced without a new install and may do less.
 *
 * A changed name of the token's Secret makes a new token first, then changes every link to it, and deletes the old
 * one at the end of the update: Pulumi's order for replacements. Where the links are another stack's, nobody can say here
 * when they have changed, and so the old one is left there.
 */
export function readerToken(
  name: string,
  { tokenSecret, rules, keepsFormerToken = false }: ReaderPlan,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const account = new ServiceAccount(
    `${name}-reader`,
    { metadata: { name: READER_ACCOUNT, namespace: ISTIO_NAMESPACE }, automountServiceAccountToken: false },
    opts,
  );
  const permissions = grant(name, rules, opts);
  // Who has the token has the permissions: no link to a reader that may do nothing yet.
  // Left out, it is as the component's own options say.
  const left = keepsFormerToken ? { retainOnDelete: true } : {};
  const granted = pulumi.mergeOptions(opts, { dependsOn: permissions, ...left });
  return accountToken(`${name}-reader-token`, account.metadata.name, tokenSecret, granted);
}

const SUBJECTS = [{ kind: "ServiceAccount", name: READER_ACCOUNT, namespace: ISTIO_NAMESPACE }];

function grant(
  name: string,
  rules: readonly ReaderRule[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", name: READER_ROLE };
  const inNamespace = { name: READER_ROLE, namespace: ISTIO_NAMESPACE };
  return [
    new ClusterRole(
      `${name}-reader`,
      { metadata: { name: READER_ROLE }, rules: policyRules(rules, "cluster") },
      opts,
    ),
    new Role(`${name}-reader`, { metadata: inNamespace, rules: policyRules(rules, ISTIO_NAMESPACE) }, opts),
    new ClusterRoleBinding(
      `${name}-reader`,
      { metadata: { name: READER_ROLE }, roleRef: { ...roleRef, kind: "ClusterRole" }, subjects: SUBJECTS },
      opts,
    ),
    new RoleBinding(
      `${name}-reader`,
      { metadata: inNamespace, roleRef: { ...roleRef, kind: "Role" }, subjects: SUBJECTS },
      opts,
    ),
  ];
}

function policyRules(rules: readonly ReaderRule[], scope: ReaderRule["scope"]) {
  return rules
    .filter((rule) => rule.scope === scope)
    .map(({ apiGroup, resources, resourceNames, verbs }) => ({
      apiGroups: [apiGroup],
      resources: [...resources],
      ...(resourceNames ? { resourceNames: [...resourceNames] } : {}),
      verbs: [...verbs],
    }));
}
