import type { ApiException, KubeConfig, V1Namespace, V1SecretList } from "@kubernetes/client-node";
import {
  CLUSTERS_ANNOTATION,
  ISTIO_NAMESPACE,
  OWNER_ANNOTATION,
  REMOTE_SECRET_LABEL,
  SUPERSEDED_ANNOTATION,
} from "../../components/names";
import { faultOf } from "./client-fault";
import { endingBy, METADATA_LIST, openKubeconfig } from "./kube-client";

/** What an API server says of its cluster; whatever it cannot be asked for is left out. */
export interface LiveCluster {
  /** UID of kube-system, which no two clusters share. */
  readonly uid?: string | undefined;
  /** Why it cannot be asked, for a sentence that begins with the server. @default - it answers */
  readonly silence?: string | undefined;
  /** Istio's namespace; empty where there is none. */
  readonly namespace?: LiveNamespace | undefined;
  /**
   * The Secrets from which istiod may have clusters, without those that others have taken the place of: by name, the
   * clusters that they say they have.
   */
  readonly remoteSecrets?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A namespace as it is. */
export interface LiveNamespace {
  readonly uid?: string | undefined;
  /** Which state it belongs to, if it was made by this program. */
  readonly owner?: string | undefined;
  /** Whether it is being deleted. @default false */
  readonly isGoing?: true;
}

/** How long the answers may take, once there is a credential: nothing is checked where there are none. */
const TIME_LIMIT_MS = 5000;

/**
 * Asks the API of a kubeconfig. Not a resource that is read, since one unreachable cluster would end the program with it.
 *
 * @returns what this user may read, and nothing but why where the API does not answer
 */
export async function lookAt(
  kubeconfig: string,
  timeLimit = TIME_LIMIT_MS,
  pluginLimit?: number,
): Promise<LiveCluster> {
  // Loaded where it is needed, because it takes its time: none that the API server may have.
  const library = await import("@kubernetes/client-node");
  let limit: AbortSignal | undefined;
  let answers: Answers;
  try {
    const config = await openKubeconfig(library, kubeconfig, pluginLimit);
    limit = AbortSignal.timeout(timeLimit);
    answers = await ask(library, config, limit);
  } catch (error) {
    return { silence: silenceOf(limit?.aborted ? limit.reason : error) };
  }
  // Read apart from where they are asked for, or a fault of this program would pass for one of the server's.
  const { system, own, secrets } = answers;
  return { uid: namespaceOf(system)?.uid, namespace: namespaceOf(own), remoteSecrets: secretsOf(secrets) };
}

/** What is asked of an API server, as it answers. */
interface Answers {
  readonly system: Answer<V1Namespace>;
  readonly own: Answer<V1Namespace>;
  readonly secrets: Answer<V1SecretList>;
}

async function ask(
  library: typeof import("@kubernetes/client-node"),
  config: KubeConfig,
  limit: AbortSignal,
): Promise<Answers> {
  const clientOf = (headers = {}) => new library.CoreV1Api(endingBy(library, config, () => limit, headers));
  const client = clientOf();
  const wanted = { namespace: ISTIO_NAMESPACE, labelSelector: `${REMOTE_SECRET_LABEL}=true` };
  const [system, own, secrets] = await Promise.all([
    readable(client.readNamespace({ name: "kube-system" })),
    readable(client.readNamespace({ name: ISTIO_NAMESPACE })),
    readable(clientOf({ Accept: METADATA_LIST }).listNamespacedSecret(wanted)),
  ]);
  return { system, own, secrets };
}

/** Not the error's own words: what a credential plugin or a parser says may quote secrets. */
function silenceOf(error: unknown): string {
  const { fault, mend } = faultOf(error);
  return `${fault}; ${mend}`;
}

function namespaceOf(found: Answer<V1Namespace>): LiveNamespace | undefined {
  if (found === "missing") return {};
  if (found === undefined) return undefined;
  const { uid, annotations, deletionTimestamp } = found.metadata ?? {};
  return {
    uid,
    owner: annotations?.[OWNER_ANNOTATION],
    ...(deletionTimestamp === undefined ? {} : { isGoing: true }),
  };
}

function secretsOf(found: Answer<V1SecretList>): LiveCluster["remoteSecrets"] {
  if (found === undefined || found === "missing") return undefined;
  // A list of metadata alone has null for no items, whatever its type says.
  const items = (found.items as typeof found.items | null) ?? [];
  return Object.fromEntries(
    items.flatMap(({ metadata: { name = "", annotations = {} } = {} }) => {
      if (annotations[SUPERSEDED_ANNOTATION] !== undefined) return [];
      return [[name, annotations[CLUSTERS_ANNOTATION]?.split(",") ?? []]];
    }),
  );
}

/** What may not be read is not known. */
type Answer<T> = T | "missing" | undefined;

async function readable<T>(reading: Promise<T>): Promise<Answer<T>> {
  try {
    return await reading;
  } catch (error) {
    switch ((error as Partial<ApiException<unknown>>).code) {
      case 404:
        return "missing";
      case 403:
        return undefined;
      default:
        throw error;
    }
  }
}
