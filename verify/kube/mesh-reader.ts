import type { KubeConfig } from "@kubernetes/client-node";
import type { MeshPlan } from "../../components/spec/types";
import { ClusterClient } from "./cluster-client";
import { UnreachableError } from "./errors";

/** All clusters of a mesh as they are at one time: what was read once stays the same until the next reader. */
export class MeshReader {
  private readonly clients: ReadonlyMap<string, ClusterClient>;

  public constructor(
    public readonly plan: MeshPlan,
    access: ReadonlyMap<string, KubeConfig>,
    signal: AbortSignal | undefined,
  ) {
    this.clients = new Map(
      [...access].map(([name, config]) => [name, new ClusterClient(name, config, signal)]),
    );
  }

  /** @throws {@link UnreachableError} when no access to the cluster was given */
  public cluster(name: string): ClusterClient {
    const client = this.clients.get(name);
    if (client === undefined) {
      throw new UnreachableError(`no access to ${name} was given; pass a kubeconfig for it`);
    }
    return client;
  }

  /** The given clusters whose API answers, and the names of those whose API does not. */
  public async reachable(names: readonly string[]): Promise<{ up: ClusterClient[]; down: string[] }> {
    const up: ClusterClient[] = [];
    const down: string[] = [];
    const look = async (name: string) => {
      try {
        const client = this.cluster(name);
        await client.ready();
        up.push(client);
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        down.push(name);
      }
    };
    await Promise.all(names.map(look));
    return { up, down };
  }
}
