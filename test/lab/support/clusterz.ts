import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { type RemoteCluster, remoteClusters } from "../../../verify/kube/istiod";
import type { Suite } from "./suite";

const INTERVAL_MS = 500;

/** What each ready istiod of a cluster has of other clusters, by its pod; of one that ends meanwhile nothing. */
export function knownClusters(suite: Suite, cluster: string): Record<string, RemoteCluster[]> {
  const { items } = JSON.parse(
    suite.kubectl(cluster, "get", "pods", "-n", "istio-system", "-l", "app=istiod", "-o", "json"),
  ) as { items: V1Pod[] };
  const ready = items.filter(
    ({ metadata, status }) =>
      metadata?.deletionTimestamp === undefined &&
      status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
  );
  return Object.fromEntries(
    ready.flatMap(({ metadata }) => {
      const exec = ["exec", "-n", "istio-system", metadata?.name ?? "", "--"];
      const page = [...exec, "pilot-discovery", "request", "GET", "/debug/clusterz"];
      try {
        return [[metadata?.name, remoteClusters(silently(suite, cluster, page))]];
      } catch {
        return [];
      }
    }),
  );
}

/** The command says on its error stream, each time, how much memory it may have. */
function silently(suite: Suite, cluster: string, args: string[]): string {
  const all = ["--kubeconfig", suite.kubeconfigOf(cluster), ...args];
  return execFileSync(suite.toolchain.bin.kubectl, all, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** Looks again and again, while something changes, whether each ready istiod is in step with all other clusters. */
export class SyncWatch {
  private readonly missing = new Set<string>();
  private looks = 0;
  private ended = false;
  private readonly running: Promise<void>;

  public constructor(private readonly suite: Suite) {
    this.running = this.run();
  }

  /** @returns how often it looked, and what was not in step at any time */
  public async end(): Promise<{ looks: number; missing: string[] }> {
    this.ended = true;
    await this.running;
    return { looks: this.looks, missing: [...this.missing] };
  }

  private async run(): Promise<void> {
    const names = this.suite.lab.clusters.map(({ name }) => name);
    while (!this.ended) {
      for (const observer of names) {
        for (const [pod, known] of Object.entries(knownClusters(this.suite, observer))) {
          this.looks += 1;
          const synced = known.filter(({ state }) => state === "synced").map(({ id }) => id);
          for (const name of names.filter((other) => other !== observer && !synced.includes(other))) {
            this.missing.add(`${pod} of ${observer}: ${name}`);
          }
        }
      }
      await sleep(INTERVAL_MS);
    }
  }
}
