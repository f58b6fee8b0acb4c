import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acceptPort, refusePort } from "../../../lab";
import { endpointsOf } from "../../../verify";
import { proxyChain } from "../support/certificates";
import { GATEWAY_PORT } from "../support/istio";
import { connects, clientExec, runningPod } from "../support/pods";
import type { Suite } from "../support/suite";

const HELLOWORLD = "outbound|5000||helloworld.sample.svc.cluster.local";

/** Traffic between networks takes the gateways, and only the gateways, under certificates of our root. */
export function trafficScenario(suite: Suite): void {
  test("every client gets v1 and v2", async () => {
    const { answers } = await suite.expectWorkingMesh();
    for (const { client, byVersion } of answers) {
      expect(Object.keys(byVersion).sort(), client).toEqual(["v1", "v2"]);
    }
  });

  test("answers from another network came through its gateway on 15443", async () => {
    const addresses = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
    const page = await clientExec(suite, "cluster1", "istio-proxy", [
      "pilot-agent",
      "request",
      "GET",
      "clusters",
    ]);
    const endpoints = endpointsOf(page, HELLOWORLD);
    const own = runningPod(suite, "cluster1", "sample", "app=helloworld").ip;
    expect(endpoints.map(({ address }) => address).sort()).toEqual(
      [`${own}:5000`, `${addresses["cluster2"]}:15443`, `${addresses["cluster3"]}:15443`].sort(),
    );
    for (const { address, connections } of endpoints) expect(connections, address).toBeGreaterThan(0);
  });

  test("a pod of another network cannot be reached directly, one of the own network can", async () => {
    // Not cluster2's: its pods have the same addresses as those of cluster1.
    const { ip } = runningPod(suite, "cluster3", "sample", "app=helloworld");
    expect(await connects(suite, "cluster3", ip, 15021)).toBe(true);
    expect(await connects(suite, "cluster1", ip, 15021)).toBe(false);
  });

  test("with a gateway that takes no connection, nothing behind it answers", async () => {
    const pod = { cluster: "cluster3", namespace: "istio-system", pod: "istio-eastwestgateway" };
    await refusePort(suite.lab.name, pod, GATEWAY_PORT);
    try {
      const answers = await askFromCluster1(suite, 20);
      expect(answers).not.toContain("v2");
      expect(answers).toContain("v1");
    } finally {
      await acceptPort(suite.lab.name, pod, GATEWAY_PORT);
    }
    await suite.expectWorkingMesh();
  });

  test("the certificate in a live proxy chains to our root, by OpenSSL", async () => {
    const root = (await suite.stack.outputs())["rootCertificate"]?.value as string;
    for (const { name } of suite.lab.clusters) {
      expect(opensslVerify(root, await proxyChain(suite, name))).toMatch(/leaf\.pem: OK/);
    }
  });
}

async function askFromCluster1(suite: Suite, count: number): Promise<string[]> {
  const loop = `for i in $(seq ${count}); do curl -s -m 5 http://helloworld.sample:5000/hello; done`;
  const output = await clientExec(suite, "cluster1", "curl", ["sh", "-c", loop]);
  return [...output.matchAll(/version: (v\d)/g)].map(([, version]) => version ?? "");
}

function opensslVerify(root: string, chain: string): string {
  const folder = mkdtempSync(join(tmpdir(), "chain-"));
  try {
    const [leaf = "", ...others] = chain.split(/(?=-----BEGIN CERTIFICATE-----)/);
    writeFileSync(join(folder, "root.pem"), root);
    writeFileSync(join(folder, "leaf.pem"), leaf);
    // The root that the chain carries itself proves nothing.
    writeFileSync(
      join(folder, "intermediates.pem"),
      others.filter((pem) => pem.trim() !== root.trim()).join(""),
    );
    const args = ["verify", "-CAfile", "root.pem", "-untrusted", "intermediates.pem", "leaf.pem"];
    return execFileSync("openssl", args, { cwd: folder, encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
