import { KubernetesObjectApi, PatchStrategy, type KubeConfig } from "@kubernetes/client-node";
import { unlessMissing } from "../verify/kube/errors";
import { clusterOf, type Operation } from "./interrupted";
import { orNobodys, rewriteManagedFields } from "./managed-fields";

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
export async function disown(
  { cluster, currentManager, ...reference }: InterruptedObject,
  kubeConfig: KubeConfig,
): Promise<string[]> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfig);
  const unset = undefined;
  const released = await rewriteManagedFields(
    {
      read: () => unlessMissing(api.read(reference)),
      patch: (changes) => {
        const metadata = { ...reference.metadata, ...changes };
        return api.patch({ ...reference, metadata }, unset, unset, unset, unset, PatchStrategy.MergePatch);
      },
    },
    (entries) => {
      const kept = entries.filter(({ manager = "" }) => !MADE_UP.test(manager) || manager === currentManager);
      return kept.length === entries.length ? undefined : orNobodys(kept, entries);
    },
  );
  if (!released) return [];
  return [
    `${cluster}: released ${reference.kind} ${reference.metadata.name} from the field manager of an interrupted create`,
  ];
}
