import { ApiextensionsV1Api, CoordinationV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { SERVED_ROOT } from "../components/names";

/** What {@link cleanCluster} removes beyond istiod's own leavings. */
export interface CleanOptions {
  /** Also Istio's CRDs, and with them every Istio object in the cluster. @default false */
  readonly crds?: boolean | undefined;
}

/** ConfigMaps that istiod writes into every namespace. */
const TRUST_CONFIG_MAPS = [SERVED_ROOT, "istio-ca-crl"];
/** ConfigMaps and Leases of istiod's leader elections. */
const ELECTION = /^istio-[\w-]*(election|leader)$/;
const ISTIO_CRD = /\.istio\.io$/;

/**
 * Removes what a destroy leaves in a cluster: what istiod wrote itself, and on demand Istio's CRDs.
 *
 * @returns the removed objects
 * @throws Error when an istiod still runs in the cluster, which would write them anew
 */
export async function cleanCluster(kubeConfig: KubeConfig, options: CleanOptions = {}): Promise<string[]> {
  const core = kubeConfig.makeApiClient(CoreV1Api);
  await refuseIfIstiodRuns(core);
  return [
    ...(await cleanConfigMaps(core)),
    ...(await cleanLeases(kubeConfig.makeApiClient(CoordinationV1Api))),
    ...(options.crds ? await cleanCrds(kubeConfig.makeApiClient(ApiextensionsV1Api)) : []),
  ];
}

async function refuseIfIstiodRuns(core: CoreV1Api): Promise<void> {
  const { items } = await core.listPodForAllNamespaces({ labelSelector: "app=istiod" });
  const [pod] = items;
  if (pod === undefined) return;
  throw new Error(
    `istiod runs in pod ${pod.metadata?.namespace}/${pod.metadata?.name}; destroy the mesh before cleaning up after it`,
  );
}

async function cleanConfigMaps(core: CoreV1Api): Promise<string[]> {
  const { items } = await core.listConfigMapForAllNamespaces();
  const leavings = items.filter(({ metadata }) => {
    const name = metadata?.name ?? "";
    return TRUST_CONFIG_MAPS.includes(name) || ELECTION.test(name);
  });
  return Promise.all(
    leavings.map(async ({ metadata }) => {
      const { name = "", namespace = "" } = metadata ?? {};
      await core.deleteNamespacedConfigMap({ name, namespace });
      return `ConfigMap ${namespace}/${name}`;
    }),
  );
}

async function cleanLeases(coordination: CoordinationV1Api): Promise<string[]> {
  const { items } = await coordination.listLeaseForAllNamespaces();
  const leavings = items.filter(({ metadata }) => ELECTION.test(metadata?.name ?? ""));
  return Promise.all(
    leavings.map(async ({ metadata }) => {
      const { name = "", namespace = "" } = metadata ?? {};
      await coordination.deleteNamespacedLease({ name, namespace });
      return `Lease ${namespace}/${name}`;
    }),
  );
}

async function cleanCrds(extensions: ApiextensionsV1Api): Promise<string[]> {
  const { items } = await extensions.listCustomResourceDefinition();
  const names = items.map(({ metadata }) => metadata?.name ?? "").filter((name) => ISTIO_CRD.test(name));
  return Promise.all(
    names.map(async (name) => {
      await extensions.deleteCustomResourceDefinition({ name });
      return `CustomResourceDefinition ${name}`;
    }),
  );
}
