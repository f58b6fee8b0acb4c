import type { KubernetesObject, V1ManagedFieldsEntry } from "@kubernetes/client-node";
import { httpStatus } from "../verify/kube/errors";

/** An object on its API server. */
export interface ManagedObject {
  /** Nothing if there is no such object. */
  read(): Promise<KubernetesObject | undefined>;
  patch(metadata: { resourceVersion: string; managedFields: V1ManagedFieldsEntry[] }): Promise<unknown>;
}

/**
 * Changes who manages the fields of an object, which changes nothing else of it.
 *
 * @param change - the new entries, or nothing to leave them as they are
 * @returns whether they were changed
 */
export async function rewriteManagedFields(
  object: ManagedObject,
  change: (entries: readonly V1ManagedFieldsEntry[]) => V1ManagedFieldsEntry[] | undefined,
): Promise<boolean> {
  for (;;) {
    const live = await object.read();
    const changed = live && change(live.metadata?.managedFields ?? []);
    if (changed === undefined) return false;
    try {
      const { resourceVersion = "" } = live?.metadata ?? {};
      await object.patch({ resourceVersion, managedFields: changed });
      return true;
    } catch (error) {
      // Controllers may write the object at any time, which makes a new version of it.
      if (httpStatus(error) !== 409) throw error;
    }
  }
}

/**
 * What is left of an object's entries once some are released. With none at all, the API server would give every field to a
 * manager "before-first-apply" at the next apply, and refuse the change after that as a conflict. So where nobody is left,
 * one stays that has a field which nobody sets.
 *
 * @param entries - those of before, by which the object's version is known
 */
export function orNobodys(
  kept: V1ManagedFieldsEntry[],
  entries: readonly V1ManagedFieldsEntry[],
): V1ManagedFieldsEntry[] {
  if (kept.length > 0) return kept;
  const [first] = entries;
  if (first === undefined) return kept;
  const fieldsV1 = { "f:metadata": { "f:annotations": { "f:istio-multicluster/released": {} } } };
  return [
    {
      manager: "istio-multicluster",
      operation: "Update",
      apiVersion: first.apiVersion,
      fieldsType: "FieldsV1",
      fieldsV1,
    },
  ];
}
