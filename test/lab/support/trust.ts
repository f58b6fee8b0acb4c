import { expect } from "vitest";
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
    private readonly before: ReadonlyMap<string, number>,
  ) {}

  public static async start(suite: Suite, perSecond: number): Promise<CrossingLoad> {
    const loads = new Map<string, Load>();
    const before = new Map<string, number>();
    for (const { name } of suite.lab.clusters) {
      before.set(name, await crossed(suite, name));
      loads.set(name, await Load.start(suite, name, perSecond));
    }
    return new CrossingLoad(suite, loads, before);
  }

  /** Waits until enough requests have crossed in each direction, ends the load, and expects that none has failed. */
  public async expectNoFailure(): Promise<void> {
    const failures: string[] = [];
    for (const name of this.before.keys()) {
      while ((await this.crossed(name)) < ENOUGH) await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    for (const [name, load] of this.loads) {
      const result = await load.stop();
      failures.push(...result.failures.map((failure) => `${name}: ${failure}`));
      console.log(`${name}: ${result.requests} requests, ${await this.crossed(name)} to the other cluster`);
    }
    this.loads.clear();
    expect(failures).toEqual([]);
  }

  /** Ends the load, whatever became of it. */
  public async stop(): Promise<void> {
    for (const load of this.loads.values()) await load.stop();
    this.loads.clear();
  }

  private async crossed(name: string): Promise<number> {
    return (await crossed(this.suite, name)) - (this.before.get(name) ?? 0);
  }
}

/** How many requests to helloworld a client's proxy has sent to gateways of other networks. */
async function crossed(suite: Suite, cluster: string): Promise<number> {
  const page = await clientExec(suite, cluster, "istio-proxy", ["pilot-agent", "request", "GET", "clusters"]);
  const counts = page
    .split("\n")
    .filter((line) => line.startsWith(HELLOWORLD) && line.includes(":15443::rq_total::"))
    .map((line) => Number(line.split("::").at(-1)));
  return counts.reduce((sum, count) => sum + count, 0);
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
