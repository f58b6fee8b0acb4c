import type {
  ApiException,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1StorageClass,
} from "@kubernetes/client-node";
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
  const found = await ask(kubeconfig, timeLimit).catch(() => undefined);
  // Read apart from where it is asked for, or a fault of this program would pass for one of the server's.
  return found && faultIn(found, className);
}

/** From what a cluster has a volume. */
interface Storage {
  readonly classes: readonly V1StorageClass[];
  readonly volumes: readonly V1PersistentVolume[];
}

/** Nothing where the server has its volume, as on every mesh that runs. */
async function ask(kubeconfig: string, timeLimit: number): Promise<Storage | undefined> {
  const library = await import("@kubernetes/client-node");
  const settings = await endingAfter(library, kubeconfig, timeLimit);
  const core = new library.CoreV1Api(settings);
  const claim = { name: SPIRE_DATA_CLAIM, namespace: SPIRE_NAMESPACE };
  if (await isBound(core.readNamespacedPersistentVolumeClaim(claim))) return undefined;
  const [{ items: classes }, { items: volumes }] = await Promise.all([
    new library.StorageV1Api(settings).listStorageClass(),
    core.listPersistentVolume(),
  ]);
  return { classes, volumes };
}

function faultIn({ classes, volumes }: Storage, className: string | undefined): string | undefined {
  const isMeant = (own: V1StorageClass) =>
    className === undefined ? isDefault(own) : own.metadata?.name === className;
  if (classes.some(isMeant)) return undefined;
  const isFree = volumes.some(
    ({ spec, status }) =>
      status?.phase === "Available" && (spec?.storageClassName ?? "") === (className ?? ""),
  );
  return isFree ? undefined : faultOf(classes, className);
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
