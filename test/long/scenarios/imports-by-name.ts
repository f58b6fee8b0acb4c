import { expect, test } from "vitest";
import { apply, type KubernetesObject } from "../../lab/support/apply";
import { CURL } from "../../lab/support/pod-manifests";
import type { Suite } from "../../lab/support/suite";
import { until } from "../../lab/support/until";

const PORT = 5000;

/** Hosts behind which greeter of cluster2 stands: its own, that of another namespace, and one that no Service has. */
const OWN = "greeter.sample.svc.cluster.local";
const ELSEWHERE = "hello.default.svc.cluster.local";
const OTHER = "hello.shop.mesh.internal";

/** A client whose proxy answers for no names. */
const PLAIN = "plain";

/**
 * cluster1, with a remote, imports from cluster2, whose load balancer has a host name.
 *
 * @param mesh - the config without imports
 */
export function importByNameScenario(suite: Suite, mesh: () => Promise<Record<string, unknown>>): void {
  const clients = ["cluster1", "cluster3"];

  test("what is imported answers clients of the importer and of its remote, under every host", async () => {
    apply(suite, "cluster2", [greeter()]);
    await suite.configure({ ...(await mesh()), ...IMPORTING });
    await suite.stack.up();
    const { checks } = await suite.expectWorkingMesh();
    const asked = checks.filter(({ check, peer }) => check === "request" && peer?.includes("."));
    const pairs = clients.flatMap((client) => [OWN, ELSEWHERE, OTHER].map((host) => `${client} ${host} ok`));
    expect(asked.map(({ cluster, peer, status }) => `${cluster} ${peer} ${status}`).sort()).toEqual(
      pairs.sort(),
    );
    expect((await suite.stack.outputs())["links"]?.value).toEqual(["cluster1 -> cluster3"]);
  });

  test("and clients whose proxies answer for no names, where there is a stub", async () => {
    for (const client of clients) apply(suite, client, [plainClient()]);
    for (const client of clients) {
      suite.kubectl(client, "wait", "-n", "sample", "--for=condition=Ready", `pod/${PLAIN}`, "--timeout=60s");
      for (const host of [OWN, ELSEWHERE]) {
        await until(`an answer of ${host} in ${client}`, async () =>
          /version: v2/.test(ask(suite, client, host)),
        );
      }
      // The control: without a Service of its name nothing but a proxy can tell where it is.
      expect(ask(suite, client, OTHER), client).toMatch(/could not resolve host/i);
      suite.kubectl(client, "delete", "pod", "-n", "sample", PLAIN, "--wait=false");
    }
  });
}

const IMPORTING = {
  links: [{ observer: "cluster1", observed: "cluster2", kind: "import" }],
  services: [
    {
      name: "greeter",
      namespace: "sample",
      ports: [{ name: "http", port: PORT }],
      clusters: ["cluster2"],
      serviceAccounts: ["helloworld-v2"],
    },
  ],
  imports: [OWN, ELSEWHERE, OTHER].map((host) => ({ services: { name: "greeter" }, host })),
  serviceStubs: true,
};

/** Another name for helloworld. */
function greeter(): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "greeter", namespace: "sample" },
    spec: { selector: { app: "helloworld" }, ports: [{ name: "http", port: PORT }] },
  };
}

function plainClient(): KubernetesObject {
  const proxyMetadata = { ISTIO_META_DNS_CAPTURE: "false" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: PLAIN,
      namespace: "sample",
      annotations: { "proxy.istio.io/config": JSON.stringify({ proxyMetadata }) },
    },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: PLAIN, image: CURL, command: ["sleep", "infinity"] }],
    },
  };
}

function ask(suite: Suite, cluster: string, host: string): string {
  const curl = `curl -sS -m 5 http://${host}:${PORT}/hello 2>&1 || true`;
  return suite.kubectl(cluster, "exec", "-n", "sample", PLAIN, "-c", PLAIN, "--", "sh", "-c", curl);
}
