import {
  CoreV1Api,
  KubernetesObjectApi,
  type KubernetesObject,
  type KubeConfig,
  PatchStrategy,
  type V1ManagedFieldsEntry,
} from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { ISTIO_NAMESPACE } from "../../components/names";
import { httpStatus } from "../../verify/kube/errors";
import { rewriteManagedFields } from "../managed-fields";

/** An object of a cluster with all its fields. */
export type Live = KubernetesObject & Readonly<Record<string, unknown>>;

/** What names an object to an API server. */
export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const POLL_MS = 200;
const LET_GO_MS = 60_000;

/** One cluster in which objects are looked up and handed over. */
export class TargetCluster {
  private readonly api: KubernetesObjectApi;
  private readonly core: CoreV1Api;

  public constructor(
    public readonly name: string,
    kubeConfig: KubeConfig,
  ) {
    this.api = KubernetesObjectApi.makeApiClient(kubeConfig);
    this.core = kubeConfig.makeApiClient(CoreV1Api);
  }

  /** Nothing if there is no such object, or no such kind. */
  public async read(reference: Reference): Promise<Live | undefined> {
    try {
      // The client turns dates into objects, which JSON knows as text only.
      return JSON.parse(JSON.stringify(await this.api.read(reference))) as Live;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new Error(`${this.name}: ${describe(reference)} cannot be read: ${messageOf(error)}`);
    }
  }

  /** The objects of a kind that have a label. */
  public async list(apiVersion: string, kind: string, labelSelector: string): Promise<Live[]> {
    const unset = undefined;
    const { items } = await this.api.list(apiVersion, kind, unset, unset, unset, unset, unset, labelSelector);
    return items as Live[];
  }

  /** The names of the Helm releases of a namespace. */
  public async releases(namespace = ISTIO_NAMESPACE): Promise<string[]> {
    const { items } = await this.core.listNamespacedSecret({ namespace, labelSelector: "owner=helm" });
    return [...new Set(items.map(({ metadata }) => metadata?.labels?.["name"] ?? ""))].sort();
  }

  /** Changes who manages the fields of an object, which changes nothing else of it. */
  public async manage(
    reference: Reference,
    change: (managedFields: readonly V1ManagedFieldsEntry[]) => V1ManagedFieldsEntry[],
  ): Promise<void> {
    await rewriteManagedFields(
      {
        read: () => this.read(reference),
        patch: (changes) => this.merge({ ...reference, metadata: { ...reference.metadata, ...changes } }),
      },
      change,
    );
  }

  /** Adds labels and annotations; null takes one away. */
  public async mark(
    reference: Reference,
    labels: Record<string, string | null>,
    annotations: Record<string, string>,
  ) {
    await this.merge({ ...reference, metadata: { ...reference.metadata, labels, annotations } });
  }

  /** Removes an object and leaves what it has made, as `kubectl delete --cascade=orphan` does. */
  public async letGo(reference: Reference): Promise<void> {
    const unset = undefined;
    await this.api.delete(reference, unset, unset, unset, unset, "Orphan");
    const deadline = Date.now() + LET_GO_MS;
    while ((await this.read(reference)) !== undefined) {
      if (Date.now() > deadline)
        throw new Error(`${this.name}: ${describe(reference)} does not go; run this again`);
      await sleep(POLL_MS);
    }
  }

  private async merge(patch: object): Promise<void> {
    const unset = undefined;
    await this.api.patch(patch as Live, unset, unset, unset, unset, PatchStrategy.MergePatch);
  }
}

/** Kind, namespace and name of an object in words. */
export function describe({ kind, metadata: { name, namespace } }: Reference): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

function isMissing(error: unknown): boolean {
  return httpStatus(error) === 404 || messageOf(error).startsWith("Unrecognized API version and kind");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
