import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { connected, dialCommand, readDials, reasonOf, servicesUrl, statusUrl } from "../../../verify/dial";
import { endpointsOf } from "../../../verify/envoy";
import { getLoop, readGets } from "../../../verify/get-loop";
import { networkGateways, remoteClusters } from "../../../verify/kube/istiod";
import { readAnswers, requestLoop } from "../../../verify/request-loop";

describe("istiod's pages", () => {
  it("show the state and the Secret of each remote cluster", () => {
    const page = JSON.stringify([
      { id: "c1", secretName: "", syncStatus: "synced" },
      { id: "c2", secretName: "istio-system/istio-remote-secret-c2", syncStatus: "synced" },
      { id: "c3", secretName: "istio-system/istio-remote-secret-c3", syncStatus: "timeout" },
    ]);
    expect(remoteClusters(page)).toEqual([
      { id: "c2", state: "synced", secret: "istio-system/istio-remote-secret-c2" },
      { id: "c3", state: "timeout", secret: "istio-system/istio-remote-secret-c3" },
    ]);
  });

  it("show the gateways for mutual TLS, with host names resolved", () => {
    const gateway = { Network: "n2", Cluster: "c2", Addr: "198.51.100.2", Port: 15443, HBONEPort: 0 };
    expect(networkGateways(JSON.stringify([gateway, { ...gateway, Port: 15008 }]))).toEqual([
      { network: "n2", cluster: "c2", address: "198.51.100.2", port: 15443 },
    ]);
    expect(networkGateways("null")).toEqual([]);
  });
});

describe("Envoy's /clusters", () => {
  const CLUSTER = "outbound|5000||helloworld.sample.svc.cluster.local";
  const PAGE = [
    `${CLUSTER}::observability_name::${CLUSTER};`,
    `${CLUSTER}::default_priority::max_connections::4294967295`,
    `${CLUSTER}::10.1.0.7:5000::cx_active::1`,
    `${CLUSTER}::10.1.0.7:5000::cx_total::4`,
    `${CLUSTER}::10.1.0.7:5000::rq_error::2`,
    `${CLUSTER}::10.1.0.7:5000::health_flags::healthy`,
    `${CLUSTER}::172.30.2.1:15443::cx_total::0`,
    `${CLUSTER}::172.30.2.1:15443::health_flags::/failed_outlier_check`,
    `${CLUSTER}::[fd00::2]:15443::health_flags::healthy`,
    "outbound|5000||other.sample.svc.cluster.local::10.9.9.9:5000::health_flags::healthy",
  ].join("\n");

  it("gives the endpoints of one cluster with health and connections", () => {
    expect(endpointsOf(PAGE, CLUSTER)).toEqual([
      { address: "10.1.0.7:5000", health: "healthy", connections: 4, failures: 2 },
      { address: "172.30.2.1:15443", health: "/failed_outlier_check", connections: 0, failures: 0 },
      { address: "[fd00::2]:15443", health: "healthy", connections: 0, failures: 0 },
    ]);
  });

  it("does not take a cluster for another whose name it begins", () => {
    expect(endpointsOf(PAGE, "outbound|5000||helloworld.sample")).toEqual([]);
  });
});

/** Runs a shell command for real, with a stand-in for a program that it calls. */
function runWith(folder: string, program: string, script: string, [command = "", ...args]: string[]): string {
  const path = join(folder, program);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const env = { PATH: `${folder}:${process.env["PATH"]}` };
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", env });
  expect(status).toBe(0);
  return stdout;
}

const folder = mkdtempSync(join(tmpdir(), "verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a try of gateways", () => {
  const urls = [statusUrl("192.0.2.1"), servicesUrl("192.0.2.1"), statusUrl("fd00::3")];
  const run = (script: string) => readDials(runWith(folder, "pilot-agent", script, dialCommand(urls)));

  it("asks pilot-agent for each URL, and tells what it said", () => {
    const refused = "dial tcp 192.0.2.1:15443: connect: connection refused";
    const script = `case "$*" in *15443*) printf 'log line\\nError: Last error: Get "x": ${refused}\\n' >&2; exit 1;; esac; echo "$*" > ${folder}/said`;
    const dials = run(script);
    expect([...dials.keys()].sort()).toEqual([...urls].sort());
    expect(dials.get("http://192.0.2.1:15021/healthz/ready")).toBe("ok");
    expect(dials.get("http://[fd00::3]:15021/healthz/ready")).toBe("ok");
    expect(reasonOf(dials.get("https://192.0.2.1:15443/"))).toBe(refused);
  });

  it.each([
    ["ok", true],
    ['Error: Last error: Get "https://192.0.2.1:15443/": EOF', true],
    ['Last error: Get "x": read tcp 10.0.0.1:4711->192.0.2.1:15443: read: connection reset by peer', true],
    [
      'Last error: Get "x": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      true,
    ],
    ['Last error: Get "x": dial tcp 192.0.2.1:15443: connect: connection refused', false],
    ['Last error: Get "x": dial tcp 192.0.2.1:15443: i/o timeout', false],
    ['Last error: Get "x": dial tcp: lookup lb.example.org: no such host', false],
    [
      'Last error: Get "x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      false,
    ],
    [undefined, false],
  ])("takes %j for a connection: %s", (said, expected) => {
    expect(connected(said)).toBe(expected);
  });
});

describe("the request loop", () => {
  const run = (requests: number, curl: string) =>
    runWith(folder, "curl", curl, requestLoop(requests, "http://helloworld.sample:5000/hello"));

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

describe("requests to hosts of which only the name is known", () => {
  it("are counted by what answered, and end with the first that failed", () => {
    const output = ["http://a/ 200", "http://a/ 404", "http://b/ curl: (28) timed out 000", ""].join("\n");
    expect(readGets(output, "http://a/")).toEqual({ url: "http://a/", statuses: ["200", "404"], error: "" });
    expect(readGets(output, "http://b/")).toEqual({
      url: "http://b/",
      statuses: ["000"],
      error: "curl: (28) timed out",
    });
    expect(readGets(output, "http://c/")).toEqual({ url: "http://c/", statuses: [], error: "was not asked" });
  });

  it("are sent by a shell, to each host as often as it answers", () => {
    const folder = mkdtempSync(join(tmpdir(), "get-loop-"));
    const curl =
      '#!/bin/sh\nfor last; do :; done\ncase "$last" in *bad*) printf 503;; *) printf 200;; esac\n';
    writeFileSync(join(folder, "curl"), curl);
    chmodSync(join(folder, "curl"), 0o755);
    const [shell = "", ...args] = getLoop(["http://good/", "http://bad/"]);
    const { stdout } = spawnSync(shell, args, {
      env: { PATH: `${folder}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true });
    expect(readGets(stdout, "http://good/").statuses).toEqual(["200", "200", "200", "200", "200"]);
    expect(readGets(stdout, "http://bad/").statuses).toEqual(["503"]);
  });
});
