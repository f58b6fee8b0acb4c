import * as pulumi from "@pulumi/pulumi";
import { BASE_RELEASE, ISTIO_NAMESPACE, OWNER_ANNOTATION } from "../../components/names";
import { adopts } from "../../components/spec/adopt/adopted";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";
import { IDENTITY_MARK } from "./identifier";
import type { LiveCluster } from "./live";
import { refuseLostSecrets } from "./live-secrets";
import { clusterPath } from "./problems";
import type { Scope } from "./scope";

/** Whose a cluster is: the state that has its resources, and the identifier that this state has for it. */
export interface Owner {
  /** Project and stack. */
  readonly state: string;
  readonly identifier: string;
}

/** The annotation by which a cluster tells whose it is. */
export function formatOwner({ state, identifier }: Owner): string {
  return `${state}/${identifier}`;
}

/** The state that has a mesh. */
export function stateOf({ state }: Scope): string {
  return state ?? `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/**
 * The access to clusters, which is given only if each API server is that of its own cluster: of none that another stack
 * or another entry of the config has. What cannot be asked is taken as right, with a warning.
 */
export function ownAccess(
  plan: MeshPlan,
  access: ReadonlyMap<string, ClusterAccess>,
  identifiers: ReadonlyMap<string, pulumi.Output<string>>,
  scope: Scope,
): ReadonlyMap<string, ClusterAccess> {
  const refuseTwice = twiceRefused(plan);
  return new Map(
    [...access].map(([name, own]) => {
      const cluster = plan.clusters.find((candidate) => candidate.name === name);
      if (cluster === undefined || own.live === undefined) return [name, own];
      const checked = pulumi
        .all([own.kubeconfig, own.live(), identifiers.get(name) ?? name])
        .apply(([kubeconfig, live, identifier]) => {
          warnOfSilence(cluster, live, plan);
          warnOfForgetting(cluster, live, plan);
          refuseTwice(cluster, live);
          refuseGoing(cluster, live, plan);
          refuseOwner(cluster, live, { state: stateOf(scope), identifier }, plan, scope);
          refuseLostSecrets(cluster, live, plan);
          return kubeconfig;
        });
      return [name, { ...own, kubeconfig: checked }];
    }),
  );
}

/** Elsewhere a preview says nothing of it, and shows the cluster as the state remembers it. */
function warnOfSilence(
  { name, whenUnreachable }: ClusterPlan,
  { silence }: LiveCluster,
  plan: MeshPlan,
): void {
  // The provider itself warns of those that may be unreachable.
  if (silence === undefined || whenUnreachable !== "fail") return;
  void pulumi.log.warn(
    `${pathOf(name, plan.clusters)}: the API server ${silence}. As long as that lasts, nobody checks whether it is the ` +
      "right cluster, and pulumi up fails where something in it is to change",
  );
}

/** The provider asks whether a cluster answers, and forgets nothing of one that does; of a Helm release nobody asks. */
function warnOfForgetting(
  { name, whenUnreachable }: ClusterPlan,
  { silence }: LiveCluster,
  { clusters }: MeshPlan,
): void {
  if (whenUnreachable !== "forget" || silence !== undefined) return;
  void pulumi.log.warn(
    `${pathOf(name, clusters)}: the API server answers, and whenUnreachable: forget is for one that is gone. With it pulumi destroy, ` +
      `or the removal of the cluster, would leave its Helm release ${BASE_RELEASE}, whose webhook then refuses Istio's objects; ` +
      "set whenUnreachable: fail",
  );
}

/** Compares whoever has answered: to wait for all would leave every cluster unknown where one is yet to be made. */
function twiceRefused({ clusters }: MeshPlan): (cluster: ClusterPlan, live: LiveCluster) => void {
  const found = new Map<string, ClusterPlan>();
  return (cluster, { uid }) => {
    if (uid === undefined) return;
    const other = found.get(uid);
    found.set(uid, cluster);
    if (other === undefined) return;
    const both = clusters.filter((candidate) => candidate === cluster || candidate === other);
    const [first, second] = both.map(({ name }) => name);
    throw new pulumi.RunError(
      `${pathOf(second, clusters)} reaches the same API server as ${pathOf(first, clusters)} (kube-system of both has the ` +
        `UID ${uid}), so ${first} and ${second} would write and delete each other's istio-system; ` +
        "correct the access of one of them, or take it out of clusters",
    );
  };
}

/**
 * A preview would pass, and `up` end at the first object that it makes there. Where the config says that a cluster may be
 * left out, none may be wanted: its entry is what has to change.
 */
function refuseGoing(
  { name, whenUnreachable }: ClusterPlan,
  { namespace }: LiveCluster,
  { clusters }: MeshPlan,
): void {
  if (!namespace?.isGoing || whenUnreachable !== "fail") return;
  throw new pulumi.RunError(
    `${pathOf(name, clusters)} reaches an API server whose namespace ${ISTIO_NAMESPACE} is being deleted, in which nothing can ` +
      "be made any more; wait until it is gone, then run this again " +
      `(kubectl describe namespace ${ISTIO_NAMESPACE} tells what holds it)`,
  );
}

/** A namespace without an owner may be anybody's, as one that an earlier version of this program made. */
function refuseOwner(
  cluster: ClusterPlan,
  { namespace }: LiveCluster,
  expected: Owner,
  plan: MeshPlan,
  scope: Scope,
): void {
  const found = namespace?.owner;
  if (found === undefined || found === formatOwner(expected) || adopts(cluster, "namespace")) return;
  throw new pulumi.RunError(
    `${pathOf(cluster.name, plan.clusters)} reaches an API server whose namespace ${ISTIO_NAMESPACE} belongs to ${found}, ` +
      `not to ${formatOwner(expected)}; ${mendOf(cluster, found, expected, plan, scope)}. ` +
      `Only if nothing has it any more, as after its stack was renamed or lost, remove the mark: ` +
      `kubectl annotate namespace ${ISTIO_NAMESPACE} ${OWNER_ANNOTATION}-`,
  );
}

function mendOf(
  { name: own }: ClusterPlan,
  found: string,
  { state, identifier }: Owner,
  { clusters }: MeshPlan,
  { prefix }: Scope,
): string {
  if (!found.startsWith(`${state}/`)) {
    return "two stacks would take each other's control plane away: correct access, or take the cluster out of one of the stacks first";
  }
  const other = found.slice(state.length + 1);
  if (nameIn(other) === nameIn(identifier)) {
    return "its identity has changed though it is the same cluster, from which the mesh would be deleted: give identity the value that it had";
  }
  // Only within the mesh that has its name now can a cluster have had another one.
  const name = other.startsWith(prefix) ? other.slice(prefix.length) : undefined;
  if (clusters.some((cluster) => cluster.name === name)) {
    return `that is ${name} of this stack: correct access of one of the two`;
  }
  const mesh = meshNameIn(nameIn(other) ?? other, own);
  return [
    ...(name === undefined
      ? []
      : [`if it was renamed, set formerName: ${name} instead of making everything anew in place`]),
    ...(mesh === undefined
      ? []
      : [`if the mesh was renamed, give deployMesh ${mesh === "" ? "no name" : `the name ${mesh}`} again`]),
    `else correct access (${identifier} is new here)`,
  ].join("; ");
}

/** The name of a cluster in its identifier. */
function nameIn(identifier: string): string | undefined {
  return identifier.split(IDENTITY_MARK)[0];
}

/** The name of the mesh before a cluster's own in an identifier; empty where it had none, nothing where it is of another cluster. */
function meshNameIn(identifier: string, own: string): string | undefined {
  if (identifier === own) return "";
  return identifier.endsWith(`-${own}`) ? identifier.slice(0, -own.length - 1) : undefined;
}

/** Where the access to a cluster is said. */
function pathOf(name: string | undefined, clusters: readonly ClusterPlan[]): string {
  return `access of ${clusterPath(name, clusters)}`;
}
