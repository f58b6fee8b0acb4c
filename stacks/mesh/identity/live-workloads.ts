import type { V1ConfigMap, V1Pod } from "@kubernetes/client-node";
import {
  INJECTED_LABEL,
  SPIFFE_CSI_DRIVER,
  SPIRE_BUNDLE,
  SPIRE_BUNDLE_FILE,
  SPIRE_NAMESPACE,
} from "../../../components/names";
import { faultOf } from "../client-fault";
import { endingBy, openKubeconfig } from "../kube-client";

/** The pods of a cluster that have a proxy, by whom that has its certificate from; what ran to its end is left out. */
export interface LiveWorkloads {
  /** As `namespace/name`. */
  readonly istiod: readonly string[];
  readonly spire: readonly string[];
  /** The roots that its SPIRE server tells, PEM; empty where it tells none. */
  readonly roots: string;
}

/** How long all answers together may take. */
const TIME_LIMIT_MS = 30_000;

/**
 * Asks a cluster for its workloads. Whoever has SPIRE's socket mounted can have its certificate from nobody else, and
 * whoever has not has it from istiod, so what runs in a pod need not be asked.
 *
 * @returns why it cannot be asked, for a sentence that begins with the server, where it cannot
 */
export async function lookAtWorkloads(
  kubeconfig: string,
  timeLimit = TIME_LIMIT_MS,
): Promise<LiveWorkloads | string> {
  const library = await import("@kubernetes/client-node");
  let limit: AbortSignal | undefined;
  let answers: Answers;
  try {
    const config = await openKubeconfig(library, kubeconfig);
    const signal = (limit = AbortSignal.timeout(timeLimit));
    const client = new library.CoreV1Api(endingBy(library, config, () => signal));
    const pods = await client.listPodForAllNamespaces({ labelSelector: INJECTED_LABEL });
    const maps = await client.listNamespacedConfigMap({
      namespace: SPIRE_NAMESPACE,
      fieldSelector: `metadata.name=${SPIRE_BUNDLE}`,
    });
    answers = { pods: pods.items, maps: maps.items };
  } catch (error) {
    const { fault, mend } = faultOf(limit?.aborted ? limit.reason : error);
    return `${fault}; ${mend}`;
  }
  return workloadsOf(answers);
}

interface Answers {
  readonly pods: readonly V1Pod[];
  readonly maps: readonly V1ConfigMap[];
}

/** Read apart from where they are asked for, or a fault of this program would pass for one of the server's. */
function workloadsOf({ pods, maps }: Answers): LiveWorkloads {
  const live = pods.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
  return {
    istiod: live.filter((pod) => !hasSocket(pod)).map(nameOf),
    spire: live.filter(hasSocket).map(nameOf),
    roots: maps[0]?.data?.[SPIRE_BUNDLE_FILE] ?? "",
  };
}

function hasSocket({ spec }: V1Pod): boolean {
  return spec?.volumes?.some(({ csi }) => csi?.driver === SPIFFE_CSI_DRIVER) === true;
}

function nameOf({ metadata }: V1Pod): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
