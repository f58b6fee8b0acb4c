import type { ApiException, CoreV1Api } from "@kubernetes/client-node";
import { ISTIO_NAMESPACE, OWNER_ANNOTATION } from "../../components/names";
import { faultOf } from "./client-fault";
import { endingBy } from "./kube-client";

/** What an API server says of its cluster; whatever it cannot be asked for is left out. */
export interface LiveCluster {
  /** UID of kube-system, which no two clusters share. */
  readonly uid?: string | undefined;
  /** Why it cannot be asked, for a sentence that begins with the server. @default - it answers */
  readonly silence?: string | undefined;
  /** Istio's namespace; empty where there is none. */
  readonly namespace?: LiveNamespace | undefined;
}

/** A namespace as it is. */
export interface LiveNamespace {
  readonly uid?: string | undefined;
  /** Which state it belongs to, if it was made by this program. */
  readonly owner?: string | undefined;
}

/** How long an answer may take: nothing is checked where there is none. */
const TIME_LIMIT_MS = 5000;

/**
 * Asks the API of a kubeconfig. Not a resource that is read, since one unreachable cluster would end the program with it.
 *
 * @returns what this user may read, and nothing but why where the API does not answer
 */
export async function lookAt(kubeconfig: string, timeLimit = TIME_LIMIT_MS): Promise<LiveCluster> {
  const limit = AbortSignal.timeout(timeLimit);
  // A credential plugin knows nothing of the signal.
  const end = new Promise<LiveCluster>((resolve) => {
    limit.addEventListener("abort", () => resolve({ silence: silenceOf(limit.reason) }));
  });
  return Promise.race([answerOf(kubeconfig, limit), end]);
}

async function answerOf(kubeconfig: string, limit: AbortSignal): Promise<LiveCluster> {
  try {
    const client = await clientOf(kubeconfig, limit);
    // One after the other, so that a credential plugin is run once.
    const system = await namespace(client, "kube-system");
    return { uid: system?.uid, namespace: await namespace(client, ISTIO_NAMESPACE) };
  } catch (error) {
    return { silence: silenceOf(limit.aborted ? limit.reason : error) };
  }
}

/** Not the error's own words: what a credential plugin or a parser says may quote secrets. */
function silenceOf(error: unknown): string {
  const { fault, mend } = faultOf(error);
  return `${fault}; ${mend}`;
}

async function namespace(client: CoreV1Api, name: string): Promise<LiveNamespace | undefined> {
  try {
    const { metadata } = await client.readNamespace({ name });
    return { uid: metadata?.uid, owner: metadata?.annotations?.[OWNER_ANNOTATION] };
  } catch (error) {
    switch ((error as Partial<ApiException<unknown>>).code) {
      case 404:
        return {};
      case 403:
        return undefined;
      default:
        throw error;
    }
  }
}

async function clientOf(kubeconfig: string, limit: AbortSignal): Promise<CoreV1Api> {
  // Loaded where it is needed, because it takes its time.
  const library = await import("@kubernetes/client-node");
  const config = new library.KubeConfig();
  config.loadFromString(kubeconfig);
  return new library.CoreV1Api(endingBy(library, config, () => limit));
}
