import { expect, test } from "vitest";
import { execInNodeNetwork } from "../../../lab";
import { apply } from "../support/apply";
import { istiodCallers } from "../support/audit";
import { ELSEWHERE, gatewayAddresses, OTHER_HOST, OTHER_PORT, statusOfOther } from "../support/imports";
import { clientExec } from "../support/pods";
import { nameOf, stepRecorder, type Suite } from "../support/suite";
import { until } from "../support/until";

/** What holds in a mesh whose clusters import from each other, and know nothing of each other's APIs. */
export function importScenario(suite: Suite): void {
  const names = () => suite.lab.clusters.map(({ name }) => name);

  test("every client gets answers from all clusters by the service's own name", async () => {
    const { answers } = await suite.expectWorkingMesh();
    for (const { client, byCluster } of answers)
      expect(Object.keys(byCluster).sort(), client).toEqual(names());
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

  test("another name in another namespace leads to the cluster that it is imported from", async () => {
    const url = `http://${ELSEWHERE.replace(".svc.cluster.local", "")}:5000/hello`;
    const answer = () => clientExec(suite, "cluster1", "curl", ["curl", "-s", "-m", "5", url]).catch(String);
    await until("an answer of cluster3", async () => /version: v2/.test(await answer()));
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
    const gateways = await gatewayAddresses(suite);
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

  test("an address that a load balancer was given anew arrives with up --refresh, which changes nothing else", async () => {
    const { cluster3: old } = await gatewayAddresses(suite);
    const gateway = ["service", "-n", "istio-system", "istio-eastwestgateway"];
    suite.kubectl("cluster3", "annotate", ...gateway, "metallb.io/address-pool=other");
    const path = "jsonpath={.status.loadBalancer.ingress[0].ip}";
    await until(
      "another address",
      async () => suite.kubectl("cluster3", "get", ...gateway, "-o", path) !== old,
    );
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ refresh: true, onEvent });
    const { plan } = await suite.openMesh();
    const entries = plan.imports
      .filter(({ endpoints }) => endpoints.some(({ cluster }) => cluster === "cluster3"))
      .map(({ cluster, host, namespace }) => `${cluster}.imports.${host}:${namespace}/import-${host}`);
    const { update = [], ...others } = steps;
    expect(others).toEqual({});
    expect(update.map(nameOf).sort()).toEqual(entries.sort());
    expect(update.filter((urn) => !urn.includes(":ServiceEntry::"))).toEqual([]);
    await suite.expectWorkingMesh();
  });

  test("no cluster holds anything of another's API, and no istiod has asked another's for anything", () => {
    for (const name of names()) {
      const secrets = ["get", "secrets", "-A", "-l", "istio/multiCluster", "-o", "name"];
      expect(suite.kubectl(name, ...secrets), name).toBe("");
      const parts = ["get", "serviceaccounts,secrets", "-n", "istio-system", "-o", "name"];
      const accounts = suite.kubectl(name, ...parts);
      expect(accounts, name).toContain("serviceaccount/istiod");
      expect(accounts, name).not.toMatch(/istio-multicluster-reader/);
      const callers = istiodCallers(suite, name);
      expect(callers.own, name).toBeGreaterThan(0);
      expect(callers.others, name).toEqual([]);
    }
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
