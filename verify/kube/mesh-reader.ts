import type { MeshPlan } from "../../components/spec/types";
import type { ClusterReader } from "./cluster-reader";
import { UnreachableError } from "./errors";
import { Memo } from "./memo";

/** All clusters of a mesh as they are at one time: what was read once stays the same until the next reader. */
export class MeshReader {
  private readonly memo = new Memo();

  public constructor(
    public readonly plan: MeshPlan,
    private readonly readers: ReadonlyMap<string, ClusterReader>,
  ) {}

  /** @throws {@link UnreachableError} when no access to the cluster was given */
  public cluster(name: string): ClusterReader {
    const reader = this.readers.get(name);
    if (reader === undefined) {
      throw new UnreachableError(`no access to ${name} was given; pass a kubeconfig for it`);
    }
    return reader;
  }

  /** Finds something out once, for all rows that need it. */
  public once<T>(key: string, load: () => Promise<T>): Promise<T> {
    return this.memo.once(key, load);
  }

  /** The given clusters whose API answers, and the names of those whose API does not. */
  public async reachable(names: readonly string[]): Promise<{ up: ClusterReader[]; down: string[] }> {
    const up: ClusterReader[] = [];
    const down: string[] = [];
    const look = async (name: string) => {
      try {
        const reader = this.cluster(name);
        await reader.ready();
        up.push(reader);
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        down.push(name);
      }
    };
    await Promise.all(names.map(look));
    return { up, down };
  }
}
