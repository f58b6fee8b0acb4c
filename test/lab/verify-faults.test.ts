import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acceptPort, defaultSpec, refusePort } from "../../lab";
import { CHECK_NAMES, renderReport, verifyMesh, type VerifyReport } from "../../verify";
import { apply } from "./support/apply";
import { rowName } from "../support/report-rows";
import { GATEWAY_PORT } from "./support/istio";
import { Suite } from "./support/suite";
import { until } from "./support/until";

const SYSTEM = ["-n", "istio-system"];
/** Where a pod's proxy takes what comes from elsewhere. */
const INBOUND_PORT = 15006;

/** Enough for three clusters; verify sends as many again before it misses one. */
const REQUESTS = 20;

const GATEWAY_POD = { cluster: "cluster3", namespace: "istio-system", pod: "istio-eastwestgateway" };

/** Every fault is put into a running mesh, named by pair and layer, and taken out again: then all is well. */
describe("faults in a running mesh", () => {
  const suite = new Suite(defaultSpec("faults"));

  beforeAll(async () => {
    await suite.start();
    // Two clusters with one version, so that one can stand in for the other.
    await suite.configure({
      sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v1"], cluster3: ["v2"] } },
    });
    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
  afterAll(suite.stop);

  const look = async (): Promise<VerifyReport> => {
    const { plan, kubeConfigs } = await suite.openMesh();
    return verifyMesh(plan, kubeConfigs, { requests: REQUESTS });
  };

  /**
   * Looks until a row tells of a fault, since it takes its time to spread.
   *
   * @param passing - a row that is to pass meanwhile
   * @returns the failed rows, as `check pair`
   */
  const failedRows = async (row: string, passing?: string): Promise<string[]> => {
    let found: string[] = [];
    let report: VerifyReport | undefined;
    await until(
      row,
      async () => {
        report = await look();
        found = report.checks.filter(({ status }) => status === "failed").map(rowName);
        return found.includes(row) && (passing === undefined || !found.includes(passing));
      },
      120,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${report === undefined ? "" : renderReport(report)}`);
    });
    return found;
  };

  const scale = (cluster: string, namespace: string, deployment: string, replicas: number) =>
    suite.kubectl(cluster, "scale", "-n", namespace, `deployment/${deployment}`, `--replicas=${replicas}`);

  test("none: every row of every kind that the mesh has passes", async () => {
    const report = await look();
    expect(report.result, renderReport(report)).toBe("as-planned");
    expect(report.complete).toBe(true);
    const kinds = new Set(report.checks.map(({ check }) => check));
    expect(CHECK_NAMES.filter((name) => !kinds.has(name))).toEqual([
      "identity",
      "federation",
      "issued-ca",
      "control-plane",
      "export",
      "import",
      "transit",
    ]);
  });

  test("a gateway that was scaled to nothing", async () => {
    // Its autoscaler leaves a Deployment of no replicas alone.
    scale("cluster3", "istio-system", "istio-eastwestgateway", 0);
    try {
      const rows = await failedRows("gateway cluster3");
      expect(rows).toEqual(
        expect.arrayContaining(["gateway cluster1 -> cluster3", "gateway cluster2 -> cluster3"]),
      );
      expect(rows.filter((row) => !row.includes("cluster3"))).toEqual(
        // v2 is in cluster3 alone, so its silence is told of the client as well.
        rows.filter((row) => row === "request cluster1" || row === "request cluster2"),
      );
    } finally {
      scale("cluster3", "istio-system", "istio-eastwestgateway", 1);
    }
    await suite.expectWorkingMesh();
  });

  test("a gateway that takes no connection on its port for services, and is ready all the same", async () => {
    await refusePort(suite.lab.name, GATEWAY_POD, GATEWAY_PORT);
    try {
      const rows = await failedRows("gateway cluster1 -> cluster3");
      expect(rows).toContain("gateway cluster2 -> cluster3");
      expect(rows).not.toContain("gateway cluster3");
    } finally {
      await acceptPort(suite.lab.name, GATEWAY_POD, GATEWAY_PORT);
    }
    await suite.expectWorkingMesh();
  });

  test("another network label on a cluster's istio-system", async () => {
    const label = (value: string) =>
      suite.kubectl(
        "cluster2",
        ...["label", "namespace", "istio-system", "--overwrite", `topology.istio.io/network=${value}`],
      );
    label("elsewhere");
    try {
      expect(await failedRows("network cluster2")).not.toContain("network cluster1");
    } finally {
      label("network2");
    }
    await suite.expectWorkingMesh();
  });

  test("a remote secret that was deleted, which pulumi up --refresh brings back", async () => {
    suite.kubectl("cluster1", "delete", "secret", ...SYSTEM, "istio-remote-secret-cluster2");
    const rows = await failedRows("remote-sync cluster1 -> cluster2");
    expect(rows).toContain("reader-credential cluster1 -> cluster2");
    expect(rows.filter((row) => !/cluster1.*cluster2|request cluster1/.test(row))).toEqual([]);
    await suite.stack.up({ refresh: true });
    await suite.expectWorkingMesh();
  });

  test("one of two clusters with the same version that does not answer, which proxies hide by trying elsewhere", async () => {
    const pod = { cluster: "cluster2", namespace: "sample", pod: "helloworld" };
    await refusePort(suite.lab.name, pod, INBOUND_PORT);
    try {
      // Requests on connections that there were already fail at first: proxies try only new ones again.
      const rows = await failedRows("request cluster1 -> cluster2", "request cluster1");
      expect(rows).toContain("request cluster3 -> cluster2");
      expect(rows).not.toContain("gateway cluster1 -> cluster2");
    } finally {
      await acceptPort(suite.lab.name, pod, INBOUND_PORT);
    }
    await suite.expectWorkingMesh();
  });

  test("a link that nobody planned, by the name of its Secret", async () => {
    const secret = suite.kubectl(
      "cluster1",
      "get",
      "secret",
      ...SYSTEM,
      "istio-remote-secret-cluster2",
      "-o",
      "json",
    );
    const { data } = JSON.parse(secret) as { data: Record<string, string> };
    apply(suite, "cluster1", [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "by-hand", namespace: "istio-system", labels: { "istio/multiCluster": "true" } },
        data: { stranger: data["cluster2"] },
      },
    ]);
    try {
      expect(await failedRows("remote-sync cluster1")).not.toContain("remote-sync cluster2");
      const { checks } = await look();
      const row = checks.find((check) => rowName(check) === "remote-sync cluster1");
      expect(row?.detail).toContain("stranger (Secret istio-system/by-hand)");
    } finally {
      suite.kubectl("cluster1", "delete", "secret", ...SYSTEM, "by-hand");
    }
    await suite.expectWorkingMesh();
  });

  test("a root in cacerts that nobody is given, which is to be waited for at first", async () => {
    const cacerts = suite.kubectl("cluster2", "get", "secret", ...SYSTEM, "cacerts", "-o", "json");
    const { data } = JSON.parse(cacerts) as { data: Record<string, string> };
    const put = (root: string) =>
      suite.kubectl(
        "cluster2",
        ...[
          "patch",
          "secret",
          ...SYSTEM,
          "cacerts",
          "-p",
          JSON.stringify({ data: { "root-cert.pem": root } }),
        ],
      );
    const other = suite.kubectl(
      "cluster1",
      "get",
      "configmap",
      "-n",
      "kube-system",
      "kube-root-ca.crt",
      "-o",
      "jsonpath={.data.ca\\.crt}",
    );
    // istiod gives nobody a bundle that lacks the root that it had, however soon it hears of it.
    put(Buffer.from(other).toString("base64"));
    try {
      const { plan, kubeConfigs } = await suite.openMesh();
      const report = await verifyMesh(plan, kubeConfigs, { only: ["root"] });
      const row = report.checks.find((check) => rowName(check) === "root cluster2");
      expect(row?.status).toBe("failed");
      expect(row?.detail).toMatch(/wait until \d{4}-/);
    } finally {
      put(data["root-cert.pem"] ?? "");
    }
    await suite.expectWorkingMesh();
  });

  test("without sample applications it says what was not looked at, and tries the gateways from one another", async () => {
    await suite.configure({ sampleApps: undefined });
    await suite.stack.up();
    const { plan, kubeConfigs } = await suite.openMesh();
    const report = await verifyMesh(plan, kubeConfigs, { waitSeconds: 90 });
    expect(report.result, renderReport(report)).toBe("as-planned");
    expect(report.complete).toBe(false);
    const skipped = report.checks.filter(({ status }) => status === "skipped").map(rowName);
    expect(skipped).toEqual(["request cluster1", "request cluster2", "request cluster3"]);
    const passed = report.checks.filter(({ status }) => status === "ok").map(rowName);
    expect(passed).toEqual(
      expect.arrayContaining(["gateway cluster1 -> cluster2", "endpoints cluster1 -> cluster2"]),
    );
  });
});
