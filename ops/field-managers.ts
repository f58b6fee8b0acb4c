import { KubernetesObjectApi, PatchStrategy, type KubeConfig } from "@kubernetes/client-node";
import { clusterOf, type Operation } from "./interrupted";

/** An object whose creation Pulumi began, and the field manager under which its state has it now. */
export interface InterruptedObject {
  readonly cluster: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  /** None as long as the object is not in the state. */
  readonly currentManager?: string | undefined;
}

/** How `@pulumi/kubernetes` names the managers that it makes up, one per create. */
const MADE_UP = /^pulumi-kubernetes-/;

/** Finds the Kubernetes objects among creates that were interrupted at some time, whatever became of them since. */
export function interruptedObjects(
  creates: readonly Operation[],
  managers: ReadonlyMap<string, string>,
): InterruptedObject[] {
  return creates.flatMap((create) => {
    const { urn, type, inputs } = create.resource;
    if (!type.startsWith("kubernetes:")) return [];
    const { apiVersion, kind, metadata } = inputs ?? {};
    const cluster = clusterOf(create);
    if (cluster === undefined || apiVersion === undefined || kind === undefined || metadata === undefined)
      return [];
    const { name, namespace } = metadata;
    const reference = {
      apiVersion,
      kind,
      metadata: namespace === undefined ? { name } : { name, namespace },
    };
    return [{ cluster, ...reference, currentManager: managers.get(urn) }];
  });
}

/**
 * Takes an object's fields from the managers of interrupted creates. Every create of server-side apply makes up a manager
 * of its own, so an object that was created twice has two, and the next change of it would be refused as a conflict.
 *
 * @returns a sentence if there was something to take
 */
export async function disown(object: InterruptedObject, kubeConfig: KubeConfig): Promise<string[]> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfig);
  for (;;) {
    const released = await release(object, api);
    if (released !== "changed meanwhile") return released;
  }
}

async function release(
  { cluster, currentManager, ...reference }: InterruptedObject,
  api: KubernetesObjectApi,
): Promise<string[] | "changed meanwhile"> {
  const live = await unless(404, api.read(reference));
  const entries = live?.metadata?.managedFields ?? [];
  const kept = entries.filter(({ manager = "" }) => !MADE_UP.test(manager) || manager === currentManager);
  if (kept.length === entries.length) return [];
  // An empty list would be ignored; one empty entry clears it.
  const managedFields = kept.length === 0 ? [{}] : kept;
  const metadata = {
    ...reference.metadata,
    resourceVersion: live?.metadata?.resourceVersion ?? "",
    managedFields,
  };
  const unset = undefined;
  const patched = api.patch({ ...reference, metadata }, unset, unset, unset, unset, PatchStrategy.MergePatch);
  // Controllers write the status of an object at any time, which makes a new version of it.
  if ((await unless(409, patched)) === undefined) return "changed meanwhile";
  return [
    `${cluster}: released ${reference.kind} ${reference.metadata.name} from the field manager of an interrupted create`,
  ];
}

/** Nothing if an API server's answer is this error. */
async function unless<T>(status: number, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as { code?: number }).code === status) return undefined;
    throw error;
  }
}
