import { expect, vi } from "vitest";
import { certificatesOf, fingerprint } from "../../../verify/pem";
import { Load } from "./load";
import { clientExec } from "./pods";
import type { Suite } from "./suite";

const HELLOWORLD = "outbound|5000||helloworld.sample.svc.cluster.local";

/** Fewer would not say much of an outage of a few seconds. */
const ENOUGH = 2000;

/** Requests from every cluster to every other one for as long as something changes. */
export class CrossingLoad {
  private constructor(
    private readonly suite: Suite,
    private readonly loads: Map<string, Load>,
    private readonly before: ReadonlyMap<string, ReadonlyMap<string, number>>,
  ) {}

  public static async start(suite: Suite, perSecond: number): Promise<CrossingLoad> {
    const loads = new Map<string, Load>();
    const before = new Map<string, ReadonlyMap<string, number>>();
    for (const { name } of suite.lab.clusters) {
      before.set(name, await counters(suite, name));
      loads.set(name, await Load.start(suite, name, perSecond));
    }
    return new CrossingLoad(suite, loads, before);
  }

  /**
   * Waits until enough requests of each client were answered by other clusters, ends the load, and expects that none has
   * failed.
   *
   * @param clusters - whose load is judged and ended @default - all whose load still runs
   */
  public async expectNoFailure(clusters: readonly string[] = [...this.loads.keys()]): Promise<void> {
    const failures: string[] = [];
    for (const name of clusters) {
      await vi.waitFor(() => this.expectEnough(name), { timeout: 180_000, interval: 2000 });
      const { requests, failures: own } = await this.running(name).stop();
      const { crossed, failed } = await this.attempts(name);
      failures.push(...own.map((failure) => `${name}: ${failure}`));
      console.log(
        `${name}: ${requests} requests, ${crossed} answered elsewhere, ${failed} attempts made again`,
      );
      this.loads.delete(name);
    }
    expect(failures).toEqual([]);
  }

  /** Ends the load, whatever became of it. */
  public async stop(): Promise<void> {
    for (const load of this.loads.values()) await load.stop();
    this.loads.clear();
  }

  private async expectEnough(name: string): Promise<void> {
    const { crossed } = await this.attempts(name);
    expect(crossed, `answers from other clusters to ${name}`).toBeGreaterThanOrEqual(ENOUGH);
  }

  /** By endpoint: what a proxy has counted for one that it no longer knows is lost. */
  private async attempts(name: string): Promise<{ crossed: number; failed: number }> {
    const before = this.before.get(name) ?? new Map<string, number>();
    const since = [...(await counters(this.suite, name))].map(
      ([counter, count]) => [counter, count - (before.get(counter) ?? 0)] as const,
    );
    const sum = (ending: string) =>
      since.reduce((total, [counter, count]) => (counter.endsWith(ending) ? total + count : total), 0);
    return { crossed: sum(":15443 rq_success"), failed: sum(" rq_error") };
  }

  private running(name: string): Load {
    const load = this.loads.get(name);
    if (load === undefined) throw new Error(`no load runs in ${name}`);
    return load;
  }
}

/** A client's proxy's counters of requests to helloworld, as `address:port rq_success` or `rq_error`. */
async function counters(suite: Suite, cluster: string): Promise<Map<string, number>> {
  const page = await clientExec(suite, cluster, "istio-proxy", ["pilot-agent", "request", "GET", "clusters"]);
  const lines = page.split("\n").map((line) => line.split("::"));
  return new Map(
    lines
      .filter(([name, , counter]) => name === HELLOWORLD && /^rq_(success|error)$/.test(counter ?? ""))
      .map(([, address, counter, count]) => [`${address} ${counter}`, Number(count)]),
  );
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly status: {
      readonly startTime: string;
      readonly containerStatuses?: readonly { readonly restartCount: number }[];
      readonly initContainerStatuses?: readonly { readonly restartCount: number }[];
    };
  }[];
}

/** Every pod with its start and the restarts of its containers: the same text as long as nothing was restarted. */
export function podStarts(suite: Suite): string[] {
  return suite.lab.clusters.flatMap(({ name }) => {
    const { items } = JSON.parse(suite.kubectl(name, "get", "pods", "-A", "-o", "json")) as PodList;
    return items.map(({ metadata, status }) => {
      const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      const restarts = containers.map(({ restartCount }) => restartCount).join(",");
      return `${name} ${metadata.namespace}/${metadata.name} ${status.startTime} ${restarts}`;
    });
  });
}

interface ConfigMapList {
  readonly items: readonly {
    readonly metadata: { readonly namespace: string };
    readonly data: Record<string, string>;
  }[];
}

/** SHA-256 of each root in each bundle of a cluster, by place: `cacerts`, and what istiod gives the namespaces. */
export function rootsByPlace(suite: Suite, cluster: string): Record<string, string[]> {
  const bundle = Buffer.from(cacerts(suite, cluster)["root-cert.pem"] ?? "", "base64").toString();
  const selector = ["--field-selector", "metadata.name=istio-ca-root-cert"];
  const { items } = JSON.parse(
    suite.kubectl(cluster, "get", "configmaps", "-A", ...selector, "-o", "json"),
  ) as ConfigMapList;
  const served = items.map(
    ({ metadata, data }) => [metadata.namespace, data["root-cert.pem"] ?? ""] as const,
  );
  return Object.fromEntries(
    [["cacerts", bundle] as const, ...served].map(([place, pem]) => [
      place,
      certificatesOf(pem).map(fingerprint),
    ]),
  );
}

/** The phase that each cluster's `cacerts` says it is in. */
export function phases(suite: Suite): string[] {
  const path = "jsonpath={.metadata.annotations.istio-multicluster/root-phase}";
  return suite.lab.clusters.map(({ name }) =>
    suite.kubectl(name, "get", "secret", "-n", "istio-system", "cacerts", "-o", path),
  );
}

/** SHA-256 of the certificate with which a cluster's istiod signs. */
export function signingCa(suite: Suite, cluster: string): string {
  const pem = Buffer.from(cacerts(suite, cluster)["ca-cert.pem"] ?? "", "base64").toString();
  return certificatesOf(pem).map(fingerprint).join();
}

function cacerts(suite: Suite, cluster: string): Record<string, string> {
  const text = suite.kubectl(cluster, "get", "secret", "-n", "istio-system", "cacerts", "-o", "json");
  return (JSON.parse(text) as { data: Record<string, string> }).data;
}
