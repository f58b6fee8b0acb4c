import {
  CA_SECRET,
  ISTIO_NAMESPACE,
  OBSERVER_SECRET,
  OWNER_ANNOTATION,
  remoteSecretName,
} from "../../../components/names";
import { baseFaults, type PriorError } from "./base-faults";
import { type Prior, priorKey } from "./look";
import { ISTIOCTL, ownerOf } from "./owner-of";

/** Types of what is looked for before it is made. Of anything else a conflict names the object. */
export const LOOKED_FOR = {
  release: "kubernetes:helm.sh/v3:Release",
  namespace: "kubernetes:core/v1:Namespace",
  secret: "kubernetes:core/v1:Secret",
  deployment: "kubernetes:apps/v1:Deployment",
} as const;

/** A resource that is to be made. */
export interface Wanted {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Of a Secret that `istio.imagePullCredentials` asks for. */
const PULL_SECRET = "kubernetes.io/dockerconfigjson";

/**
 * Whether it is worth a look. Links and tokens are made on running meshes too, so of Secrets only a CA always is, and one
 * by which images are pulled.
 *
 * @param isNew - whether the cluster is new to the mesh, or its istiod is somebody else's
 */
export function isLookedFor({ type, inputs }: Wanted, isNew: boolean): boolean {
  if (type !== LOOKED_FOR.secret) return true;
  const name = nameOf(inputs);
  if (name === CA_SECRET || inputs["type"] === PULL_SECRET) return true;
  return isNew && (name === OBSERVER_SECRET || name.startsWith(remoteSecretName("")));
}

function nameOf({ metadata }: Wanted["inputs"]): string {
  return (metadata as { name?: string } | undefined)?.name ?? "";
}

/** What is to be told of a cluster, for sentences that begin with it. */
export interface PriorFaults {
  /** Without a change of these `up` fails. */
  readonly errors: readonly PriorError[];
  readonly warnings: readonly string[];
}

const NONE: PriorFaults = { errors: [], warnings: [] };

/**
 * What of a cluster is in the way of a resource that is to be made there.
 *
 * @param caIsKept - whether the CA is one that was made elsewhere, and so may be the very one that is there
 */
export function priorFaults({ type, inputs }: Wanted, prior: Prior, caIsKept: boolean): PriorFaults {
  if (type === LOOKED_FOR.release) {
    return { ...NONE, errors: baseFaults((inputs["values"] ?? {}) as Record<string, unknown>, prior) };
  }
  const name = nameOf(inputs);
  const kind = type.split(":").at(-1) ?? "";
  const found = prior.get(priorKey(kind, name));
  const owner = found && ownerOf(found);
  if (found === undefined || owner === undefined) return NONE;
  const warning = (text: string): PriorFaults => ({ ...NONE, warnings: [text] });
  const error = (text: string, adoptMends = false): PriorFaults => ({
    ...NONE,
    errors: [{ text, adoptMends }],
  });
  if (type === LOOKED_FOR.namespace) {
    return found.annotations?.[OWNER_ANNOTATION] === undefined ? warning(namespace(owner)) : NONE;
  }
  // Of istioctl's objects labels and selectors differ in any case; others may be of the same charts and values.
  if (type === LOOKED_FOR.deployment) {
    return (owner === ISTIOCTL ? error : warning)(deployment(name, owner));
  }
  if (name === CA_SECRET) return caIsKept ? warning(ca(owner)) : error(ca(owner), true);
  if (inputs["type"] === PULL_SECRET) return error(pullSecret(name, owner));
  return error(secret(name, owner));
}

function namespace(owner: string): string {
  return (
    `has the namespace ${ISTIO_NAMESPACE} already, of ${owner}, which becomes this stack's, so that pulumi destroy would delete ` +
    "it with all that is in it; adopt: [namespace] leaves it to its owner"
  );
}

function ca(owner: string): string {
  return (
    `has Secret ${ISTIO_NAMESPACE}/${CA_SECRET} already, of ${owner}, which is not written over; adopt: [cacerts] with ` +
    "rootCertificate uses the CA that is in it (docs/take-over.md); if no istiod has it any more, delete it: " +
    `kubectl delete secret ${CA_SECRET} --namespace ${ISTIO_NAMESPACE}`
  );
}

function pullSecret(name: string, owner: string): string {
  return (
    `has Secret ${ISTIO_NAMESPACE}/${name} already, of ${owner}, which would be written over, and be deleted once the config no ` +
    `longer has it; istio.imagePullSecrets: [${name}] uses it as it is, or give another name in istio.imagePullCredentials`
  );
}

function secret(name: string, owner: string): string {
  return (
    `has Secret ${ISTIO_NAMESPACE}/${name} already, of ${owner}, which is not written over; npm run take-over gives it this ` +
    `program's content without a gap, or delete it: kubectl delete secret ${name} --namespace ${ISTIO_NAMESPACE}`
  );
}

function deployment(name: string, owner: string): string {
  return (
    `has Deployment ${ISTIO_NAMESPACE}/${name} already, of ${owner}: what differs ends pulumi up with a field conflict, and the rest ` +
    "would have two owners; npm run take-over brings it into this stack (docs/take-over.md), or remove it as it was installed"
  );
}
