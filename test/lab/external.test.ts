import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { proxyChain } from "./support/certificates";
import { endpointAddresses, istiodPods, proxyEndpoints } from "./support/istio";
import { runningPod } from "./support/pods";
import { Suite } from "./support/suite";

const SERVED = ["cluster2", "cluster3"];

/** cluster1 runs the istiod of cluster2, of which cluster3 is a remote on a network of its own. */
describe("an external control plane", () => {
  const suite = new Suite(defaultSpec("external"));
  let address: string;

  beforeAll(async () => {
    await suite.start();
    await suite.configure({
      clusters: suite.clusters({
        cluster2: { externalControlPlane: { host: "cluster1" } },
        cluster3: { controlPlanes: ["cluster2"] },
      }),
      sampleApps: { helloworld: { cluster1: [], cluster2: ["v1"], cluster3: ["v2"] } },
    });
    const { outputs } = await suite.stack.up();
    const addresses = outputs["externalControlPlaneAddresses"]?.value as Record<string, string>;
    address = addresses["cluster2"] ?? "";
  });
  afterAll(suite.stop);

  test("serves a mesh in which requests cross networks in both directions", async () => {
    const { answers } = await suite.expectWorkingMesh();
    expect(answers.map(({ client }) => client).sort()).toEqual(SERVED);
    for (const { byVersion } of answers) expect(Object.keys(byVersion).sort()).toEqual(["v1", "v2"]);
  });

  test("is one istiod, in the host, to which every other cluster's Service leads through the load balancer", () => {
    expect(istiodPods(suite, "cluster1")).toHaveLength(1);
    for (const cluster of SERVED) {
      expect(istiodPods(suite, cluster), cluster).toEqual([]);
      expect(endpointAddresses(suite, cluster, "istio-system", "istiod"), cluster).toEqual([address]);
    }
  });

  test("has every live proxy on its own connections", () => {
    const proxies = SERVED.flatMap((cluster) => withProxy(suite, cluster));
    const { name } = runningPod(suite, "cluster1", "istio-system", "app=istiod");
    const path = `/api/v1/namespaces/istio-system/pods/${name}:15014/proxy/metrics`;
    // A sample for each version of proxies.
    const samples = suite
      .kubectl("cluster1", "get", "--raw", path)
      .matchAll(/^pilot_xds(?:\{.*\})? (\d+)$/gm);
    expect([...samples].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(proxies.length);
    // helloworld, client and gateway each
    expect(proxies).toHaveLength(6);
  });

  test("signs the certificates in the live proxies", async () => {
    const signer = new X509Certificate(secretOf(suite, "cluster1", "cacerts", "ca-cert.pem"));
    for (const cluster of SERVED) {
      const leaf = new X509Certificate(await proxyChain(suite, cluster));
      expect(leaf.verify(signer.publicKey), cluster).toBe(true);
    }
  });

  test("tells proxies the pods of their network and the gateway of the other one", async () => {
    const gateways = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
    for (const [cluster, other] of [SERVED, SERVED.toReversed()] as [string, string][]) {
      const { ip } = runningPod(suite, cluster, "sample", "app=helloworld");
      expect(await proxyEndpoints(suite, cluster)).toEqual([`${ip}:5000`, `${gateways[other]}:15443`].sort());
    }
  });

  test("validates the config cluster's configuration", () => {
    const target = ["gateways.networking.istio.io", "-n", "istio-system", "cross-network-gateway"];
    const update = ["--type=merge", '--patch={"spec":{"servers":[]}}', "--dry-run=server"];
    expect(() => suite.kubectl("cluster2", "patch", ...target, ...update)).toThrow(
      /admission webhook "validation.istio.io" denied/,
    );
  });

  test("leaves the host without proxies, webhooks, CRDs or cluster-wide roles", () => {
    expect(withProxy(suite, "cluster1")).toEqual([]);
    const kinds = "crd,mutatingwebhookconfigurations,validatingwebhookconfigurations,clusterroles";
    const names = suite.kubectl("cluster1", "get", kinds, "-o", "name").split("\n");
    expect(names.filter((name) => name.includes("istio"))).toEqual([]);
  });

  test("is what the next preview finds", async () => {
    const { changeSummary } = await suite.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });
});

/** Pods of a cluster that run a proxy of Istio. */
function withProxy(suite: Suite, cluster: string): string[] {
  const path =
    'jsonpath={range .items[*]}{.metadata.name} {.spec.containers[*].name} {.spec.initContainers[*].name}{"\\n"}{end}';
  return suite
    .kubectl(cluster, "get", "pods", "-A", "-o", path)
    .split("\n")
    .filter((line) => line.includes("istio-proxy"));
}

function secretOf(suite: Suite, cluster: string, name: string, key: string): Buffer {
  const { data } = JSON.parse(
    suite.kubectl(cluster, "get", "secret", "-n", "istio-system", name, "-o", "json"),
  ) as { data: Record<string, string> };
  return Buffer.from(data[key] ?? "", "base64");
}
