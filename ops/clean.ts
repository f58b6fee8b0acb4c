import {
  AdmissionregistrationV1Api,
  ApiextensionsV1Api,
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  type V1CustomResourceDefinition,
  type V1MutatingWebhookConfiguration,
  type V1ObjectMeta,
} from "@kubernetes/client-node";
import type { Deployment } from "@pulumi/pulumi/automation";
import { SERVED_ROOT } from "../components/names";
import { unlessMissing } from "../verify/kube/errors";
import { isIstioCrd, isOfBase } from "../stacks/mesh/prior/base-release";
import { kubernetesObjects } from "./interrupted";
import { TAG_LABEL } from "./take-over/leftovers";
import { inCluster } from "./timed-kube-config";

/** What is removed beyond istiod's own leavings. */
export interface CleanOptions {
  /** Also the CRDs of Istio that this program installed, and with them every Istio object. @default false */
  readonly crds?: boolean | undefined;
}

/** An object that a destroy has left in a cluster. */
export interface Leaving {
  readonly cluster: string;
  /** Kind and name, and what goes with it. */
  readonly object: string;
  readonly remove: () => Promise<unknown>;
}

/** ConfigMaps that istiod writes into every namespace. */
const TRUST_CONFIG_MAPS = [SERVED_ROOT, "istio-ca-crl"];
/** ConfigMaps and Leases of istiod's leader elections. */
const ELECTION = /^istio-[\w-]*(election|leader)$/;
/** Label of istiod's Deployments and pods, whatever their revision. */
const ISTIOD = "app=istiod";

/**
 * Refuses to clean up after a mesh that was not destroyed.
 *
 * @throws Error when a stack's state has an object in a cluster
 */
export function refuseWhileDeployed(state: Deployment, stack: string): void {
  const objects = kubernetesObjects(state);
  if (objects.length === 0) return;
  throw new Error(
    `stack ${stack} still has ${objects.length} objects in clusters, for example ${objects[0]}; ` +
      `run "pulumi destroy --stack ${stack}" before cleaning up after it`,
  );
}

/**
 * Finds what a destroy leaves in the clusters of a mesh: what istiod wrote itself, and on demand Istio's CRDs. All
 * clusters are looked at before any is changed: a remote has no istiod of its own, but lives by one elsewhere.
 *
 * @throws Error when a cluster cannot be read, or an istiod is in any of them
 */
export async function findLeavings(
  kubeConfigs: ReadonlyMap<string, KubeConfig>,
  options: CleanOptions = {},
): Promise<Leaving[]> {
  const everywhere = <T>(work: (cluster: string, kubeConfig: KubeConfig) => Promise<T>) =>
    Promise.all(
      [...kubeConfigs].map(([cluster, access]) => inCluster(cluster, access, () => work(cluster, access))),
    );
  const istiods = (await everywhere(findIstiods)).flat();
  if (istiods.length > 0) {
    throw new Error(
      `istiod is still there as ${istiods.join(", ")}; destroy the mesh before cleaning up after it`,
    );
  }
  return (await everywhere((cluster, access) => leavingsIn(cluster, access, options))).flat();
}

async function findIstiods(cluster: string, kubeConfig: KubeConfig): Promise<string[]> {
  const query = { labelSelector: ISTIOD };
  const [pods, deployments] = await Promise.all([
    kubeConfig.makeApiClient(CoreV1Api).listPodForAllNamespaces(query),
    kubeConfig.makeApiClient(AppsV1Api).listDeploymentForAllNamespaces(query),
  ]);
  const found = [
    ...deployments.items.map(({ metadata }) => `Deployment ${path(metadata)}`),
    ...pods.items.map(({ metadata }) => `Pod ${path(metadata)}`),
  ];
  return found.map((object) => `${object} of ${cluster}`);
}

async function leavingsIn(
  cluster: string,
  kubeConfig: KubeConfig,
  { crds = false }: CleanOptions,
): Promise<Leaving[]> {
  const found = [
    ...(await configMaps(kubeConfig.makeApiClient(CoreV1Api))),
    ...(await leases(kubeConfig.makeApiClient(CoordinationV1Api))),
    ...(await tagWebhooks(kubeConfig)),
    ...(crds ? await ownCrds(kubeConfig) : []),
  ];
  return found.map(({ object, remove }) => ({
    cluster,
    object,
    remove: () => inCluster(cluster, kubeConfig, () => unlessMissing(remove())),
  }));
}

interface Found {
  readonly object: string;
  readonly remove: () => Promise<unknown>;
}

async function configMaps(core: CoreV1Api): Promise<Found[]> {
  const { items } = await core.listConfigMapForAllNamespaces();
  return items.flatMap(({ metadata }) => {
    const { name = "", namespace = "" } = metadata ?? {};
    if (!TRUST_CONFIG_MAPS.includes(name) && !ELECTION.test(name)) return [];
    const remove = () => core.deleteNamespacedConfigMap({ name, namespace });
    return [{ object: `ConfigMap ${path(metadata)}`, remove }];
  });
}

async function leases(coordination: CoordinationV1Api): Promise<Found[]> {
  const { items } = await coordination.listLeaseForAllNamespaces();
  return items.flatMap(({ metadata }) => {
    const { name = "", namespace = "" } = metadata ?? {};
    if (!ELECTION.test(name)) return [];
    return [
      {
        object: `Lease ${path(metadata)}`,
        remove: () => coordination.deleteNamespacedLease({ name, namespace }),
      },
    ];
  });
}

/** Istioctl's webhooks of revision tags, of a mesh that was taken over: they refuse every pod once nobody answers them. */
async function tagWebhooks(kubeConfig: KubeConfig): Promise<Found[]> {
  const admission = kubeConfig.makeApiClient(AdmissionregistrationV1Api);
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const { items } = await admission.listMutatingWebhookConfiguration({ labelSelector: TAG_LABEL });
  const found = items.map(async (webhook): Promise<Found[]> => {
    if (await isAnswered(webhook, core)) return [];
    const name = webhook.metadata?.name ?? "";
    const remove = () => admission.deleteMutatingWebhookConfiguration({ name });
    return [{ object: `MutatingWebhookConfiguration ${name}`, remove }];
  });
  return (await Promise.all(found)).flat();
}

/** Whether the Service behind a webhook is there; one at an address is somebody else's. */
async function isAnswered(
  { webhooks = [] }: V1MutatingWebhookConfiguration,
  core: CoreV1Api,
): Promise<boolean> {
  const service = webhooks[0]?.clientConfig.service;
  if (service === undefined) return true;
  const { name, namespace } = service;
  return (await unlessMissing(core.readNamespacedService({ name, namespace }))) !== undefined;
}

async function ownCrds(kubeConfig: KubeConfig): Promise<Found[]> {
  const extensions = kubeConfig.makeApiClient(ApiextensionsV1Api);
  const { items } = await extensions.listCustomResourceDefinition();
  return Promise.all(
    items.filter(isOurs).map(async (crd) => {
      const name = crd.metadata?.name ?? "";
      const count = await countObjects(kubeConfig.makeApiClient(CustomObjectsApi), crd);
      return {
        object: `CustomResourceDefinition ${name}${count === 0 ? "" : ` with ${count} objects`}`,
        remove: () => extensions.deleteCustomResourceDefinition({ name }),
      };
    }),
  );
}

/** Whether a CRD is Istio's and belongs to the release of this program. */
function isOurs({ metadata }: V1CustomResourceDefinition): boolean {
  return isIstioCrd(metadata?.name ?? "") && isOfBase(metadata);
}

async function countObjects(
  objects: CustomObjectsApi,
  { spec: { group, names, versions } }: V1CustomResourceDefinition,
): Promise<number> {
  const version = versions.find(({ storage }) => storage)?.name ?? "";
  const list: unknown = await objects.listClusterCustomObject({ group, version, plural: names.plural });
  return (list as { items: unknown[] }).items.length;
}

function path(metadata: V1ObjectMeta | undefined): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}
