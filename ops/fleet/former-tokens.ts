import { CoreV1Api, type KubeConfig, type V1Secret } from "@kubernetes/client-node";
import { ISTIO_NAMESPACE, READER_ACCOUNT } from "../../components/names";
import type { ClusterPlan } from "../../components/spec/types";
import { unlessMissing } from "../../verify/kube/errors";
import { inCluster } from "../timed-kube-config";
import type { OpenMesh } from "../open-mesh";

const TOKEN_TYPE = "kubernetes.io/service-account-token";
const ACCOUNT = "kubernetes.io/service-account.name";

/**
 * Deletes the tokens of readers that clusters' stacks have left for observers. To be called once the links have been run,
 * which have given every observer the token that took the place of such a one.
 */
export async function endFormerTokens(
  { plan, kubeConfigs }: OpenMesh,
  say: (line: string) => void,
): Promise<void> {
  await Promise.all(
    plan.clusters.map(async (cluster) => {
      const kubeConfig = kubeConfigs.get(cluster.name);
      if (kubeConfig === undefined) return;
      const end = inCluster(cluster.name, kubeConfig, () => endTokens(cluster, kubeConfig));
      const names = await end.catch((error: Error) => {
        const told = `${error.message}; what there is of its reader's former tokens is left to the next up`;
        if (cluster.whenUnreachable === "fail") throw new Error(told);
        say(told);
        return [];
      });
      for (const name of names)
        say(`${cluster.name}: reader's token ${name} is deleted: no link has it any more`);
    }),
  );
}

/** @returns the names of the tokens that were deleted */
export async function endTokens(
  { reader }: Pick<ClusterPlan, "reader">,
  kubeConfig: KubeConfig,
): Promise<string[]> {
  // That of a reader which is not planned any more went with the reader's account.
  if (reader === undefined) return [];
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const fieldSelector = `type=${TOKEN_TYPE}`;
  const { items } = await api.listNamespacedSecret({ namespace: ISTIO_NAMESPACE, fieldSelector });
  const former = items.filter((token) => isReaders(token) && token.metadata?.name !== reader.tokenSecret);
  return Promise.all(
    former.map(async ({ metadata: { name = "", uid = "" } = {} }) => {
      const body = { preconditions: { uid } };
      // Two commands may end at the same time.
      await unlessMissing(api.deleteNamespacedSecret({ namespace: ISTIO_NAMESPACE, name, body }));
      return name;
    }),
  );
}

/** Whether a token is one that this program has made, and not one that others have given the account. */
function isReaders({ metadata: { name = "", annotations = {} } = {} }: V1Secret): boolean {
  return annotations[ACCOUNT] === READER_ACCOUNT && name.startsWith(`${READER_ACCOUNT}-token`);
}
