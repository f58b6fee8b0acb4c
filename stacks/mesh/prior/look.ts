import type { V1ObjectMeta } from "@kubernetes/client-node";
import { ISTIO_NAMESPACE } from "../../../components/names";
import { endingBy, METADATA_LIST, openKubeconfig } from "../kube-client";

/** What a cluster has of what Istio's installers make, by {@link priorKey}: of each object its metadata. */
export type Prior = ReadonlyMap<string, V1ObjectMeta>;

/** How an object is called among those of Istio's namespace and of none. */
export function priorKey(kind: string, name: string): string {
  return `${kind} ${name}`;
}

/** How long the answers may take, once there is a credential. */
const TIME_LIMIT_MS = 5000;

/** What of an answer is looked at. Of no objects a list of metadata has null, whatever its type says. */
interface Listed {
  readonly items: readonly { readonly metadata?: V1ObjectMeta }[] | null;
}

/**
 * Asks an API server what of Istio is there before anything is made.
 *
 * @returns what this user may list; of a server that does not answer nothing, which is told elsewhere
 */
export async function lookAtPrior(kubeconfig: string, timeLimit = TIME_LIMIT_MS): Promise<Prior> {
  const library = await import("@kubernetes/client-node");
  const config = await openKubeconfig(library, kubeconfig).catch(() => undefined);
  if (config === undefined) return new Map();
  const limit = AbortSignal.timeout(timeLimit);
  const whole = endingBy(library, config, () => limit);
  const metadata = endingBy(library, config, () => limit, { Accept: METADATA_LIST });
  const here = { namespace: ISTIO_NAMESPACE };
  const namespace = new library.CoreV1Api(whole).readNamespace({ name: ISTIO_NAMESPACE });
  const kinds: Record<string, Promise<Listed>> = {
    Namespace: namespace.then((found) => ({ ...found, items: [found] })),
    CustomResourceDefinition: new library.ApiextensionsV1Api(metadata).listCustomResourceDefinition(),
    ValidatingWebhookConfiguration: new library.AdmissionregistrationV1Api(
      metadata,
    ).listValidatingWebhookConfiguration(),
    Deployment: new library.AppsV1Api(metadata).listNamespacedDeployment(here),
    Secret: new library.CoreV1Api(metadata).listNamespacedSecret(here),
  };
  const asked = Object.entries(kinds).map(async ([kind, list]) => {
    const found = await list.catch(() => undefined);
    return (found?.items ?? []).map(
      ({ metadata: own = {} }) => [priorKey(kind, own.name ?? ""), own] as const,
    );
  });
  return new Map((await Promise.all(asked)).flat());
}
