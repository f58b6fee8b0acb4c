import type { V1ManagedFieldsEntry } from "@kubernetes/client-node";
import { orNobodys } from "../managed-fields";

/** Fields of an object, in the form in which Kubernetes says who manages them. */
export interface FieldSet {
  readonly [key: string]: FieldSet;
}

/**
 * Field managers of what installs Istio, by hand or on somebody's behalf. Others are controllers, which go on to set
 * their fields, or stay a conflict that a preview names.
 */
const INSTALLERS =
  /^(istio-operator|istioctl|helm|helm-controller|argocd|kubectl|terraform|go-http-client|pulumi)/i;

/** Whether what an entry manages was set by whoever installed the object. */
function isInstallers({ manager = "", subresource }: V1ManagedFieldsEntry): boolean {
  return subresource === undefined && INSTALLERS.test(manager);
}

/** All fields of either set. */
function union(one: FieldSet, other: FieldSet): FieldSet {
  const merged: Record<string, FieldSet> = { ...one };
  for (const [key, fields] of Object.entries(other)) merged[key] = union(merged[key] ?? {}, fields);
  return merged;
}

/** Puts everything that installers manage into the hands of one manager, which server-side apply knows as its own. */
export function handedOver(
  managedFields: readonly V1ManagedFieldsEntry[],
  manager: string,
): V1ManagedFieldsEntry[] {
  const installers = managedFields.filter(isInstallers);
  const last = installers.at(-1);
  if (last === undefined) return [...managedFields];
  const fieldsV1 = installers.map(fieldsOf).reduce(union, {});
  return [
    ...managedFields.filter((entry) => !isInstallers(entry)),
    { ...last, manager, operation: "Apply", fieldsV1 },
  ];
}

/** Gives back what installers manage, so that nobody does. */
export function released(managedFields: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  return orNobodys(
    managedFields.filter((entry) => !isInstallers(entry)),
    managedFields,
  );
}

/**
 * What installers are known to have said themselves. Whoever applies on the server's side manages just that; who writes
 * whole objects manages the server's defaults as well, so of theirs only what has no defaults counts.
 */
export function saidByInstallers(managedFields: readonly V1ManagedFieldsEntry[]): FieldSet {
  return managedFields
    .filter(isInstallers)
    .map((entry) => (entry.operation === "Apply" ? fieldsOf(entry) : withoutDefaults(fieldsOf(entry))))
    .reduce(union, {});
}

function fieldsOf({ fieldsV1 }: V1ManagedFieldsEntry): FieldSet {
  return (fieldsV1 ?? {}) as FieldSet;
}

function withoutDefaults(fields: FieldSet): FieldSet {
  const { "f:labels": labels, "f:annotations": annotations } = fields["f:metadata"] ?? {};
  const data = fields["f:data"];
  return {
    "f:metadata": {
      ...(labels ? { "f:labels": labels } : {}),
      ...(annotations ? { "f:annotations": annotations } : {}),
    },
    ...(data ? { "f:data": data } : {}),
  };
}
