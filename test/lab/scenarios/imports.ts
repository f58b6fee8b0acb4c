import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { execInNodeNetwork } from "../../../lab";
import { verifyMesh } from "../../../verify";
import { apply } from "../support/apply";
import { istiodCallers } from "../support/audit";
import { CrossingLoad, makeServices } from "../support/crossing-load";
import { OTHER_HOST, OTHER_PORT } from "../support/imports";
import { clientExec, runningPod } from "../support/pods";
import { previewedSteps, type Suite } from "../support/suite";
import { until } from "../support/until";

/** Long enough for a loop between two gateways to open thousands of connections. */
const LOAD_MS = 10_000;
const MAX_CONNECTIONS = 500;

/** What holds in a mesh whose clusters import from each other, and know nothing of each other's APIs. */
export function importScenario(suite: Suite): void {
  const names = () => suite.lab.clusters.map(({ name }) => name);

  test("a service that is imported and is not there is named by those who export it", async () => {
    const { plan, kubeConfigs } = await suite.openMesh();
    const { checks } = await verifyMesh(plan, kubeConfigs, { only: ["export"] });
    for (const { cluster, status, detail } of checks) {
      expect([cluster, status]).toEqual([cluster, "failed"]);
      expect(detail).toContain(`${cluster}.sample.svc.cluster.local`);
    }
    expect(checks).toHaveLength(3);
    makeServices(suite);
  });

  test("every client gets answers from all clusters by the service's own name", async () => {
    const { answers } = await suite.expectWorkingMesh();
    for (const { client, byCluster } of answers)
      expect(Object.keys(byCluster).sort(), client).toEqual(names());
  });

  test("no cluster holds anything of another's API, and no istiod has asked another's for anything", () => {
    for (const name of names()) {
      const secrets = ["get", "secrets", "-A", "-l", "istio/multiCluster", "-o", "name"];
      expect(suite.kubectl(name, ...secrets), name).toBe("");
      const accounts = suite.kubectl(
        name,
        "get",
        "serviceaccounts,secrets",
        "-n",
        "istio-system",
        "-o",
        "name",
      );
      expect(accounts, name).toContain("serviceaccount/istiod");
      expect(accounts, name).not.toMatch(/istio-multicluster-reader/);
      const callers = istiodCallers(suite, name);
      expect(callers.own, name).toBeGreaterThan(0);
      expect(callers.others, name).toEqual([]);
    }
  });

  test("another host and port leads to several clusters, and to the other one while one has no servers", async () => {
    const answers = (count: number) => askOther(suite, count);
    await until("answers of both", async () => new Set(versions(await answers(20))).size === 2);
    suite.kubectl("cluster3", "scale", "-n", "sample", "deployment/helloworld-v2", "--replicas=0");
    await until("answers of cluster2 alone", async () => {
      const found = versions(await answers(20));
      return found.length === 20 && found.every((version) => version === "v1");
    });
    suite.kubectl("cluster3", "scale", "-n", "sample", "deployment/helloworld-v2", "--replicas=1");
    await until("the return", async () => versions(await answers(20)).includes("v2"), 60);
  });

  test("an exporter's policy knows the caller by name", async () => {
    const only = (account: string) => allow(suite, account);
    only("nobody");
    await until("a refusal", async () => /^403/m.test(await statusOfOther(suite)));
    only("curl");
    await until("an answer", async () => /^200/m.test(await statusOfOther(suite)));
    for (const name of ["cluster2", "cluster3"]) {
      suite.kubectl(name, "delete", "authorizationpolicy", "-n", "sample", "callers");
    }
  });

  test("whoever answers under another identity is refused, and verify tells that the identities are others", async () => {
    const rule = importRule(suite);
    const patch = (accounts: string[]) =>
      JSON.stringify([
        {
          op: "replace",
          path: "/spec/trafficPolicy/portLevelSettings/0/tls/subjectAltNames",
          value: accounts,
        },
      ]);
    const change = (accounts: string[]) =>
      suite.kubectl(
        "cluster1",
        "patch",
        "destinationrule",
        "-n",
        rule.namespace,
        rule.name,
        "--type=json",
        "-p",
        patch(accounts),
      );
    change(["spiffe://cluster.local/ns/sample/sa/somebody-else"]);
    await until("refusals", async () => /^503/m.test(await statusOfOther(suite)));
    const { plan, kubeConfigs } = await suite.openMesh();
    const { checks } = await verifyMesh(plan, kubeConfigs, { only: ["import"] });
    // Beside it, gateways that were refused as impostors may be left out for a while.
    const failed = checks.filter(({ status, peer }) => status === "failed" && peer === undefined);
    expect(failed.map(({ cluster }) => cluster)).toEqual(["cluster1"]);
    expect(failed[0]?.detail).toContain(OTHER_HOST);
    change(rule.accounts);
    await until("an answer", async () => /^200/m.test(await statusOfOther(suite)));
  });

  test("the identities stay with the import when the importer's own Service is made anew", async () => {
    const service = ["service", "-n", "sample", "helloworld"];
    const { metadata, spec } = JSON.parse(suite.kubectl("cluster1", "get", ...service, "-o", "json")) as {
      metadata: { labels?: Record<string, string>; annotations?: Record<string, string> };
      spec: Record<string, unknown>;
    };
    const { labels = {}, annotations = {} } = metadata;
    suite.kubectl("cluster1", "delete", ...service);
    apply(suite, "cluster1", [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "helloworld", namespace: "sample", labels, annotations },
        spec: { ports: spec["ports"], selector: spec["selector"] },
      },
    ]);
    await suite.expectWorkingMesh();
  });

  test("a service that is not exported cannot be reached by a server name, an exported one can", async () => {
    const gateways = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
    const handshake = (host: string) =>
      execInNodeNetwork(suite.lab.name, "cluster1", [
        ...["timeout", "5", "sh", "-c"],
        `openssl s_client -connect ${gateways["cluster2"]}:15443 -servername ${host} -alpn istio </dev/null 2>&1 || true`,
      ]);
    expect(await handshake("outbound_.5000_._.helloworld.sample.svc.cluster.local")).toContain(
      "BEGIN CERTIFICATE",
    );
    expect(await handshake("outbound_.80_._.curl.sample.svc.cluster.local")).not.toContain(
      "BEGIN CERTIFICATE",
    );
  });

  test("no gateway sends on what came from another one, which would open connections without end", async () => {
    const load = await CrossingLoad.start(suite);
    await sleep(LOAD_MS);
    for (const name of names()) expect(gatewayConnections(suite, name), name).toBeLessThan(MAX_CONNECTIONS);
    await load.expectNoFailure();
  });

  test("a second preview is empty", async () => {
    expect(await previewedSteps(suite.stack)).toEqual({});
  });
}

/** Requests of cluster1's client to the other host, one after the other. */
function askOther(suite: Suite, count: number): Promise<string> {
  const url = `http://${OTHER_HOST}:${OTHER_PORT}/hello`;
  const loop = `for i in $(seq ${count}); do curl -s -m 5 ${url} || echo; done`;
  return clientExec(suite, "cluster1", "curl", ["sh", "-c", loop]);
}

function versions(answers: string): string[] {
  return [...answers.matchAll(/version: (\w+)/g)].map(([, version]) => version ?? "");
}

function statusOfOther(suite: Suite): Promise<string> {
  const url = `http://${OTHER_HOST}:${OTHER_PORT}/hello`;
  const command = ["curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", url];
  return clientExec(suite, "cluster1", "curl", command).catch(String);
}

/** Lets one service account of cluster1's clients call helloworld in the exporting clusters. */
function allow(suite: Suite, account: string): void {
  for (const name of ["cluster2", "cluster3"]) {
    apply(suite, name, [
      {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: { name: "callers", namespace: "sample" },
        spec: {
          selector: { matchLabels: { app: "helloworld" } },
          rules: [{ from: [{ source: { principals: [`cluster.local/ns/sample/sa/${account}`] } }] }],
        },
      },
    ]);
  }
}

/** The DestinationRule of the other host in cluster1. */
function importRule(suite: Suite): { name: string; namespace: string; accounts: string[] } {
  const { items } = JSON.parse(suite.kubectl("cluster1", "get", "destinationrules", "-A", "-o", "json")) as {
    items: {
      metadata: { name: string; namespace: string };
      spec: {
        host: string;
        trafficPolicy: { portLevelSettings?: { tls: { subjectAltNames: string[] } }[] };
      };
    }[];
  };
  const found = items.find(({ spec }) => spec.host === OTHER_HOST);
  const accounts = found?.spec.trafficPolicy.portLevelSettings?.[0]?.tls.subjectAltNames;
  if (found === undefined || accounts === undefined)
    throw new Error(`no DestinationRule names the identities of ${OTHER_HOST}`);
  return { ...found.metadata, accounts };
}

/** Connections that a cluster's gateway has at this moment. */
function gatewayConnections(suite: Suite, cluster: string): number {
  const gateway = runningPod(suite, cluster, "istio-system", "istio=eastwestgateway").name;
  const stats = ["pilot-agent", "request", "GET", "stats?filter=^server.total_connections$"];
  const page = suite.kubectl(cluster, "exec", "-n", "istio-system", gateway, "--", ...stats);
  return Number(/total_connections: (\d+)/.exec(page)?.[1]);
}
