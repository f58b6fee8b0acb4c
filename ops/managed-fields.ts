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

/** Entries as an API server takes them: an empty list would be ignored; one empty entry clears it. */
export function orNobodys(entries: V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  return entries.length === 0 ? [{}] : entries;
}
