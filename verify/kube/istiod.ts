import { AUTO_PASSTHROUGH_PORT } from "../../components/names";
import { ask } from "./ask";
import type { ClusterReader } from "./cluster-reader";
import { describeError } from "./errors";
import type { MeshReader } from "./mesh-reader";
import { istiods } from "./pods";

/** A remote cluster as an istiod has it. */
export interface RemoteCluster {
  readonly id: string;
  /** `synced`, or why not. */
  readonly state: string;
  /** `namespace/name` of the Secret that it is known from. */
  readonly secret: string;
}

/** What the istiods of a cluster observe. */
export interface Observed {
  /** By pod. */
  readonly byIstiod: ReadonlyMap<string, readonly RemoteCluster[]>;
  /** Pods that had to be asked again, or gave no answer. */
  readonly remark: string;
}

/** A way into another network, as an istiod has it: a host name is resolved already, as that istiod's DNS sees it. */
export interface NetworkGateway {
  readonly network: string;
  readonly cluster: string;
  readonly address: string;
  readonly port: number;
}

/** What every istiod of a cluster observes; those that give no answer are left out as long as one does. */
export function observedBy(mesh: MeshReader, place: string): Promise<Observed> {
  return mesh.once(`observed by ${place}`, async () => {
    const cluster = mesh.cluster(place);
    const byIstiod = new Map<string, RemoteCluster[]>();
    const failures: unknown[] = [];
    const remarks = await Promise.all(
      (await istiods(cluster)).map(async (istiod) => {
        try {
          const { answer, remark } = await ask([istiod], (target) =>
            page(cluster, target, "/debug/clusterz"),
          );
          byIstiod.set(istiod.pod, remoteClusters(answer));
          return remark;
        } catch (error) {
          failures.push(error);
          return ` (${istiod.pod} gave no answer: ${describeError(error)})`;
        }
      }),
    );
    if (byIstiod.size === 0) throw failures[0];
    return { byIstiod, remark: remarks.join("") };
  });
}

/** The gateways that an istiod of a cluster knows. */
export function gatewaysKnownIn(mesh: MeshReader, place: string): Promise<NetworkGateway[]> {
  return mesh.once(`gateways known in ${place}`, async () => {
    const cluster = mesh.cluster(place);
    const targets = await istiods(cluster);
    const { answer } = await ask(targets, (target) => page(cluster, target, "/debug/networkz"));
    return networkGateways(answer);
  });
}

/** From inside the pod: other callers would have to prove who they are. */
function page(
  cluster: ClusterReader,
  target: Parameters<ClusterReader["exec"]>[0],
  path: string,
): Promise<string> {
  return cluster.exec(target, ["pilot-discovery", "request", "GET", path]);
}

/**
 * Remote clusters that an istiod has, with their state.
 *
 * Its metric `istiod_remote_cluster_sync_status` would be easier to read, but after a change of the remote secret it
 * says "closed" for good: that is the old connection's end, reported after the new one has synchronised.
 *
 * @param text - istiod's page `/debug/clusterz`, on which only its own cluster comes from no Secret
 */
export function remoteClusters(text: string): RemoteCluster[] {
  const clusters = JSON.parse(text) as { id: string; secretName?: string; syncStatus: string }[];
  return clusters.flatMap(({ id, secretName, syncStatus }) =>
    secretName ? [{ id, state: syncStatus, secret: secretName }] : [],
  );
}

/**
 * Ways through which services of other networks are reached by mutual TLS.
 *
 * @param text - istiod's page `/debug/networkz`; `null` where it knows none
 */
export function networkGateways(text: string): NetworkGateway[] {
  const gateways = (JSON.parse(text) ?? []) as {
    Network: string;
    Cluster: string;
    Addr: string;
    Port: number;
  }[];
  return gateways
    .map(({ Network, Cluster, Addr, Port }) => ({
      network: Network,
      cluster: Cluster,
      address: Addr,
      port: Port,
    }))
    .filter(({ port }) => port === AUTO_PASSTHROUGH_PORT);
}
