import { expect, test } from "vitest";
import { acceptPort, execInPodNetwork, refusePort } from "../../../lab";
import { endpointsOf, type EnvoyEndpoint } from "../../../verify";
import { Load } from "../support/load";
import { clientExec, runningPod } from "../support/pods";
import type { Suite } from "../support/suite";
import { until } from "../support/until";

const HELLOWORLD_PORT = 5000;

/** How long an endpoint is left out: long enough to look around in, short enough to wait for. */
const EJECTION_SECONDS = 20;

/** Failed requests after which the client's proxy leaves an endpoint out. */
const ERRORS = 3;

const LEFT_OUT = "/failed_outlier_check";

/** Settings under which each client stays in its own cluster while helloworld serves there. */
export const FAILOVER = {
  outlierDetection: {
    consecutiveGatewayErrors: ERRORS,
    interval: "1s",
    baseEjectionTime: `${EJECTION_SECONDS}s`,
  },
} as const;

/** helloworld v1 is in cluster1, v2 in cluster2, each on its own network. */
export function failoverScenario(suite: Suite): void {
  test("while all is well, each client is answered by its own cluster alone", async () => {
    const { answers } = await suite.expectWorkingMesh();
    expect(answers.map(({ client, byCluster }) => [client, Object.keys(byCluster)])).toEqual([
      ["cluster1", ["cluster1"]],
      ["cluster2", ["cluster2"]],
    ]);
  });

  test("the local server ends while its pod stays ready: the other cluster answers, then the local one again", async () => {
    const local = { cluster: "cluster1", namespace: "sample", pod: "helloworld" };
    const { ip } = runningPod(suite, "cluster1", "sample", "app=helloworld");
    const load = await Load.start(suite, "cluster1", ["helloworld"]);
    let windowEnd: number;
    await until("some requests", () => Promise.resolve(load.answers().length > 20));
    await refusePort(suite.lab.name, local, HELLOWORLD_PORT);
    try {
      await until("the ejection", async () => (await healthOf(suite, ip)) === LEFT_OUT, 10);
      const ejected = load.answers().length;
      windowEnd = Date.now();
      expect(await askFromCluster1(suite, 20)).toEqual(Array.from({ length: 20 }, () => "v2"));
      await until("requests to the other cluster", () =>
        Promise.resolve(load.answers().length > ejected + 50),
      );
      // Nothing but outlier detection keeps the requests away from the local pod.
      expect(await healthOf(suite, ip)).toBe(LEFT_OUT);
      expect(readyAddresses(suite)).toEqual([`${ip} true`]);
    } finally {
      await acceptPort(suite.lab.name, local, HELLOWORLD_PORT);
    }
    await until("the return", async () => (await healthOf(suite, ip)) === "healthy", EJECTION_SECONDS + 10);
    expect(await askFromCluster1(suite, 20)).toEqual(Array.from({ length: 20 }, () => "v1"));
    const failures = (await load.stop()).filter(({ status }) => status !== 200);
    // One failed request may count as several errors, because proxies try again.
    expect(failures.length).toBeLessThanOrEqual(ERRORS);
    expect(failures.filter(({ begun }) => begun > windowEnd)).toEqual([]);
    for (const { status } of failures) expect(status).toBe(503);
  });
}

/** The health flags of the local helloworld in the client's proxy. */
async function healthOf(suite: Suite, ip: string): Promise<string | undefined> {
  const endpoints = await endpointsIn(suite, "cluster1", "helloworld");
  return endpoints.find(({ address }) => address === `${ip}:${HELLOWORLD_PORT}`)?.health;
}

/** What the client's proxy knows of a Service of the sample applications' namespace. */
export async function endpointsIn(suite: Suite, cluster: string, service: string): Promise<EnvoyEndpoint[]> {
  const pod = { cluster, namespace: "sample", pod: "curl" };
  const page = await execInPodNetwork(suite.lab.name, pod, ["curl", "-s", "http://127.0.0.1:15000/clusters"]);
  return endpointsOf(page, `outbound|${HELLOWORLD_PORT}||${service}.sample.svc.cluster.local`);
}

/** Addresses of the local helloworld as Kubernetes has them, each with its readiness. */
function readyAddresses(suite: Suite): string[] {
  const selector = "kubernetes.io/service-name=helloworld";
  const jsonpath = '{range .items[*].endpoints[*]}{.addresses[0]} {.conditions.ready}{"\\n"}{end}';
  const output = suite.kubectl(
    "cluster1",
    ...["get", "endpointslices", "-n", "sample", "-l", selector, "-o", `jsonpath=${jsonpath}`],
  );
  return output.trim().split("\n");
}

async function askFromCluster1(suite: Suite, count: number): Promise<string[]> {
  const loop = `for i in $(seq ${count}); do curl -s -m 5 http://helloworld.sample:${HELLOWORLD_PORT}/hello || echo version: failed; done`;
  const output = await clientExec(suite, "cluster1", "curl", ["sh", "-c", loop]);
  return [...output.matchAll(/version: (\w+)/g)].map(([, version]) => version ?? "");
}
