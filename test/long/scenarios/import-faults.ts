import { expect, test } from "vitest";
import { verifyMesh } from "../../../verify";
import { rowName } from "../../support/report-rows";
import { apply, type KubernetesObject } from "../../lab/support/apply";
import { makeServices } from "../../lab/support/crossing-load";
import { gatewayAddresses, OTHER_HOST, statusOfOther } from "../../lab/support/imports";
import type { Suite } from "../../lab/support/suite";
import { until } from "../../lab/support/until";

/** What a cluster exports that is not there, and so is missed. Leaves it there. */
export function missingExportScenario(suite: Suite): void {
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
}

/** Faults in a mesh of which verify tells, where its clients may not notice. */
export function importFaultScenario(suite: Suite): void {
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
    const { checks } = await verifyMesh(plan, kubeConfigs, { only: ["import", "request"] });
    const failed = checks.filter(({ status }) => status === "failed");
    const rows = failed.map(rowName);
    expect(rows).toEqual(expect.arrayContaining(["import cluster1", `request cluster1 -> ${OTHER_HOST}`]));
    // Beside it, gateways that were refused as impostors may be left out for a while.
    expect(rows.filter((row) => !/^import cluster1 -> cluster[23]$/.test(row))).toHaveLength(2);
    expect(failed.find((row) => rowName(row) === "import cluster1")?.detail).toContain(OTHER_HOST);
    change(rule.accounts);
    await until("an answer", async () => /^200/m.test(await statusOfOther(suite)));
  });

  test("verify tells of a gateway that leads on to another one", async () => {
    const { cluster2: address } = await gatewayAddresses(suite);
    apply(suite, "cluster1", [strayEntry(address ?? "")]);
    const { plan, kubeConfigs } = await suite.openMesh();
    const failing = async () => {
      const { checks } = await verifyMesh(plan, kubeConfigs, { only: ["transit"] });
      return checks.filter(({ status }) => status === "failed");
    };
    await until("a failed row", async () => (await failing()).length > 0);
    const [row, ...others] = await failing();
    expect([row?.cluster, others]).toEqual(["cluster1", []]);
    expect(row?.detail).toContain(`${address}:15443`);
    suite.kubectl("cluster1", "delete", "serviceentry", "-n", "sample", "stray");
  });
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

/** helloworld at another cluster's gateway, without a network by which gateways would leave it out. */
function strayEntry(address: string): KubernetesObject {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "stray", namespace: "sample" },
    spec: {
      hosts: ["helloworld.sample.svc.cluster.local"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 5000, name: "http", protocol: "HTTP" }],
      endpoints: [{ address, ports: { http: 15443 }, labels: { "security.istio.io/tlsMode": "istio" } }],
    },
  };
}
