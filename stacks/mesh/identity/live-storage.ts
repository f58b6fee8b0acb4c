import type { ApiException, V1PersistentVolumeClaim, V1StorageClass } from "@kubernetes/client-node";
import { SPIRE_DATA_CLAIM, SPIRE_NAMESPACE } from "../../../components/names";
import { endingAfter } from "../kube-client";

/** How long all answers together may take: nothing is refused where there are none. */
const TIME_LIMIT_MS = 5000;

/** The older one is still honoured: https://kubernetes.io/docs/tasks/administer-cluster/change-default-storage-class/ */
const DEFAULT_CLASS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

/**
 * Why a SPIRE server would wait for its volume for ever, as far as its cluster tells: no class makes one for it, and none is
 * there already.
 *
 * @param className - class of the volume; the cluster's default one without
 * @returns nothing where it gets one or has it, or where that may not be looked at or nobody answers
 */
export async function storageFault(
  kubeconfig: string,
  className: string | undefined,
  timeLimit = TIME_LIMIT_MS,
): Promise<string | undefined> {
  const library = await import("@kubernetes/client-node");
  try {
    const settings = await endingAfter(library, kubeconfig, timeLimit);
    const core = new library.CoreV1Api(settings);
    const claim = { name: SPIRE_DATA_CLAIM, namespace: SPIRE_NAMESPACE };
    if (await isBound(core.readNamespacedPersistentVolumeClaim(claim))) return undefined;
    const { items: classes } = await new library.StorageV1Api(settings).listStorageClass();
    if (classes.some((own) => (className === undefined ? isDefault(own) : own.metadata?.name === className)))
      return undefined;
    const { items: volumes } = await core.listPersistentVolume();
    const isFree = volumes.some(
      ({ spec, status }) =>
        status?.phase === "Available" && (spec?.storageClassName ?? "") === (className ?? ""),
    );
    return isFree ? undefined : faultOf(classes, className);
  } catch {
    return undefined;
  }
}

function faultOf(classes: readonly V1StorageClass[], className: string | undefined): string {
  const names = classes.map(({ metadata }) => metadata?.name).join(", ");
  const own = className === undefined ? "no default storage class" : `no storage class ${className}`;
  const mend =
    names === ""
      ? "install a driver of storage that has one"
      : `set identity.spire.storage.className to one of ${names}`;
  const other = className === undefined && names !== "" ? ", or make one of them the default" : "";
  return `has ${own}, so SPIRE's server would wait for its volume for ever; ${mend}${other}`;
}

function isDefault({ metadata }: V1StorageClass): boolean {
  return DEFAULT_CLASS.some((key) => metadata?.annotations?.[key] === "true");
}

async function isBound(answer: Promise<V1PersistentVolumeClaim>): Promise<boolean> {
  try {
    return (await answer).status?.phase === "Bound";
  } catch (error) {
    if ((error as Partial<ApiException<unknown>>).code === 404) return false;
    throw error;
  }
}
