import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { FOR_KUBERNETES } from "../../../components/internal/token-kubeconfig";
import { apply, type KubernetesObject } from "../../lab/support/apply";
import type { Suite } from "../../lab/support/suite";
import { documentedObjects } from "../../support/documented-objects";

const NAMESPACE = "default";

/**
 * Makes a service account in each cluster that may do what a page of docs/ lists, and no more.
 *
 * @param block - which of the page's blocks of objects it is in
 * @returns a kubeconfig with its tokens, and the lab's contexts
 */
export function documentedAccount(suite: Suite, account: string, page: string, block = 0): string {
  for (const { name } of suite.lab.clusters) {
    suite.kubectl(name, "create", "serviceaccount", account, "-n", NAMESPACE);
    const items = documentedObjects<KubernetesObject>(page, block).filter(({ metadata: { namespace } }) =>
      isThere(suite, name, namespace),
    );
    apply(suite, name, [...items, ...items.filter(isRole).map((role) => bindingOf(role, account))]);
  }
  return kubeconfigOf(suite, account);
}

/** Of an issuer's namespace a page speaks for those who have one. */
function isThere(suite: Suite, cluster: string, namespace: string | undefined): boolean {
  if (namespace === undefined) return true;
  return suite.kubectl(cluster, "get", "namespace", namespace, "--ignore-not-found", "-o", "name") !== "";
}

const isRole = ({ kind }: KubernetesObject) => kind.endsWith("Role");

function bindingOf({ apiVersion, kind, metadata }: KubernetesObject, account: string): KubernetesObject {
  return {
    apiVersion,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: metadata.name },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: NAMESPACE }],
  };
}

interface Kubeconfig {
  readonly contexts: readonly { readonly name: string; readonly context: { readonly user: string } }[];
  readonly users: readonly { readonly name: string; readonly user: object }[];
}

function kubeconfigOf(suite: Suite, account: string): string {
  const config = parse(readFileSync(suite.lab.kubeconfig, "utf8")) as Kubeconfig;
  const users = config.contexts.map(({ name, context }) => {
    const token = suite.kubectl(name, "create", "token", account, "-n", NAMESPACE, "--duration=2h").trim();
    return { name: context.user, user: { token } };
  });
  const file = join(suite.lab.dir, `${account}.kubeconfig`);
  writeFileSync(file, stringify({ ...config, users }, FOR_KUBERNETES), { mode: 0o600 });
  return file;
}
