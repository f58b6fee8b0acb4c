import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { statesOf } from "../../../verify/checks/remote-sync";
import { endpointsOf } from "../../../verify/envoy";
import { samplesOf } from "../../../verify/prometheus";
import { readAnswers, requestLoop } from "../../../verify/request-loop";

const METRICS = `# HELP istiod_remote_cluster_sync_status Current synchronization state
# TYPE istiod_remote_cluster_sync_status gauge
istiod_remote_cluster_sync_status{cluster="c2",cluster_type="remote",status="synced"} 1
istiod_remote_cluster_sync_status{cluster="c2",cluster_type="remote",status="timeout"} 0
istiod_remote_cluster_sync_status{cluster="c3",cluster_type="remote",status="synced"} 0
istiod_remote_cluster_sync_status{cluster="c3",cluster_type="remote",status="timeout"} 1
istiod_remote_cluster_sync_status{cluster="gone",cluster_type="remote",status="synced"} 0
istiod_managed_clusters{cluster_type="local"} 1
pilot_info 3 1700000000000
`;

describe("a metrics page", () => {
  it("gives the samples of one metric only", () => {
    expect(samplesOf(METRICS, "istiod_managed_clusters")).toEqual([
      { labels: { cluster_type: "local" }, value: 1 },
    ]);
    expect(samplesOf(METRICS, "istiod_managed")).toEqual([]);
  });

  it("reads samples without labels, with a time, and escaped label values", () => {
    expect(samplesOf(METRICS, "pilot_info")).toEqual([{ labels: {}, value: 3 }]);
    expect(samplesOf('m{a="x\\"},y=\\"z",b="1"} 2.5e3', "m")).toEqual([
      { labels: { a: 'x"},y="z', b: "1" }, value: 2500 },
    ]);
  });
});

describe("istiod's /debug/clusterz", () => {
  it("shows the state of each remote cluster", () => {
    const page = JSON.stringify([
      { id: "c1", secretName: "", syncStatus: "synced" },
      { id: "c2", secretName: "istio-system/istio-remote-secret-c2", syncStatus: "synced" },
      { id: "c3", secretName: "istio-system/istio-remote-secret-c3", syncStatus: "timeout" },
    ]);
    expect(Object.fromEntries(statesOf(page))).toEqual({ c2: "synced", c3: "timeout" });
  });
});

describe("Envoy's /clusters", () => {
  const CLUSTER = "outbound|5000||helloworld.sample.svc.cluster.local";
  const PAGE = [
    `${CLUSTER}::observability_name::${CLUSTER};`,
    `${CLUSTER}::default_priority::max_connections::4294967295`,
    `${CLUSTER}::10.1.0.7:5000::cx_active::1`,
    `${CLUSTER}::10.1.0.7:5000::cx_total::4`,
    `${CLUSTER}::10.1.0.7:5000::health_flags::healthy`,
    `${CLUSTER}::172.30.2.1:15443::cx_total::0`,
    `${CLUSTER}::172.30.2.1:15443::health_flags::/failed_outlier_check`,
    `${CLUSTER}::[fd00::2]:15443::health_flags::healthy`,
    "outbound|5000||other.sample.svc.cluster.local::10.9.9.9:5000::health_flags::healthy",
  ].join("\n");

  it("gives the endpoints of one cluster with health and connections", () => {
    expect(endpointsOf(PAGE, CLUSTER)).toEqual([
      { address: "10.1.0.7:5000", health: "healthy", connections: 4 },
      { address: "172.30.2.1:15443", health: "/failed_outlier_check", connections: 0 },
      { address: "[fd00::2]:15443", health: "healthy", connections: 0 },
    ]);
  });

  it("does not take a cluster for another whose name it begins", () => {
    expect(endpointsOf(PAGE, "outbound|5000||helloworld.sample")).toEqual([]);
  });
});

describe("the request loop", () => {
  const folder = mkdtempSync(join(tmpdir(), "verify-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the loop for real, with a stand-in for curl. */
  function run(requests: number, curl: string): string {
    const path = join(folder, "curl");
    writeFileSync(path, `#!/bin/sh\n${curl}\n`);
    chmodSync(path, 0o755);
    const [command = "", ...args] = requestLoop(requests, "http://helloworld.sample:5000/hello");
    const { status, stdout } = spawnSync(command, args, {
      encoding: "utf8",
      env: { PATH: `${folder}:${process.env["PATH"]}` },
    });
    expect(status).toBe(0);
    return stdout;
  }

  it("sends as many requests as asked for, to the address given", () => {
    const { answers, firstError } = readAnswers(
      run(
        3,
        'for last; do :; done; [ "$last" = http://helloworld.sample:5000/hello ] && echo "Hello version: v1, instance: p-1"',
      ),
    );
    expect(answers).toEqual(Array(3).fill({ version: "v1", pod: "p-1" }));
    expect(firstError).toBeUndefined();
  });

  it("goes on after a failure and keeps its message", () => {
    const { answers, firstError } = readAnswers(run(2, 'echo "curl: (28) timed out" >&2; exit 28'));
    expect(answers).toEqual([]);
    expect(firstError).toBe("curl: (28) timed out");
  });

  it("counts no proxy error as an answer", () => {
    const output =
      "Hello version: v1, instance: a\n\nupstream connect error\nHello version: v2, instance: b\n\n";
    expect(readAnswers(output)).toEqual({
      answers: [
        { version: "v1", pod: "a" },
        { version: "v2", pod: "b" },
      ],
      firstError: "upstream connect error",
    });
  });
});
