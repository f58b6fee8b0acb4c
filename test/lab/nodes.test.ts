import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { down, killContainer, killNodes, type Lab, type LabSpec, restartNodes, up } from "../../lab";
import { ensureToolchain, type Toolchain } from "../../lab/toolchain";
import { CURL, HELLOWORLD, pod } from "./support/pod-manifests";
import { until } from "./support/until";

const [NODE_1, NODE_2] = ["cluster1-node1", "cluster1-node2"];
const SLEEP = ["sleep", "infinity"];

const SPEC: LabSpec = {
  name: "test-nodes",
  clusters: [
    { name: "cluster1", network: "network1", nodes: 2, loadBalancer: { hostNames: true, delaySeconds: 3 } },
  ],
};

describe("a cluster's nodes", () => {
  let toolchain: Toolchain;
  let lab: Lab;

  const kubectl = (...args: string[]) =>
    execFileSync(toolchain.bin.kubectl, ["--kubeconfig", lab.kubeconfig, ...args], { encoding: "utf8" });
  const apply = (...items: object[]) => {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    execFileSync(toolchain.bin.kubectl, ["--kubeconfig", lab.kubeconfig, "apply", "-f", "-"], { input });
  };
  const ready = (name: string) => kubectl("wait", "--for=condition=Ready", `pod/${name}`, "--timeout=60s");
  const field = (path: string, ...object: string[]) => kubectl("get", ...object, "-o", `jsonpath={${path}}`);
  const start = (...args: string[]) =>
    spawn(toolchain.bin.kubectl, ["--kubeconfig", lab.kubeconfig, ...args], { stdio: "pipe" });
  const hello = (host: string) =>
    kubectl("exec", "client", "--", "curl", "-sS", "-m", "5", `${host}:5000/hello`);

  beforeAll(async () => {
    toolchain = await ensureToolchain();
    await down(SPEC.name);
    lab = await up(SPEC, toolchain);
  });
  afterAll(() => down(SPEC.name));

  test("are real: kubelet and containerd", () => {
    const wide = kubectl("get", "nodes", "-o", "wide", "--no-headers").trim().split("\n");
    expect(wide).toHaveLength(2);
    for (const line of wide) expect(line).toMatch(/ Ready .*v1\.34\.4.*containerd:\/\//);
  });

  test("run the sample's own server, which needs a folder for temporary files", async () => {
    apply(
      pod("server", HELLOWORLD, { temporaryFolder: true, node: NODE_2 }),
      pod("no-folder", HELLOWORLD, {}),
      pod("client", CURL, { command: SLEEP, node: NODE_1 }),
    );
    ready("server");
    ready("client");
    const restarts = () => field(".status.containerStatuses[0].restartCount", "pod", "no-folder");
    await until("a restart", async () => Number(restarts()) > 0);
    expect(kubectl("logs", "no-folder")).toContain("No usable temporary directory found");
    kubectl("delete", "pod", "no-folder", "--wait=false");
  });

  test("have one network, in which Services have names", () => {
    const ports = [{ port: 5000 }];
    const selector = { app: "server" };
    apply(
      { apiVersion: "v1", kind: "Service", metadata: { name: "server" }, spec: { selector, ports } },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "headless" },
        spec: { selector, ports, clusterIP: "None" },
      },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "elsewhere" },
        spec: { type: "ExternalName", externalName: "server.default.svc.cluster.local" },
      },
    );
    const address = field(".status.podIP", "pod", "server");
    for (const host of [address, "server", "headless", "server.headless", "elsewhere"])
      expect(hello(host), host).toBe("Hello version: v1, instance: server\n");
  });

  test("get load balancers late, under a host name, and another one with other annotations", async () => {
    const expose = (scheme: string) =>
      apply({
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name: "public",
          annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": scheme },
        },
        spec: { type: "LoadBalancer", selector: { app: "server" }, ports: [{ port: 5000 }] },
      });
    const hostName = () => field(".status.loadBalancer.ingress[0].hostname", "service", "public");
    expose("internal");
    expect(hostName()).toBe("");
    await until("a host name", async () => hostName() !== "");
    const first = hostName();
    expect(hello(first)).toContain("instance: server");
    expose("internet-facing");
    expect(hostName()).toBe(first);
    await until("another host name", async () => hostName() !== first);
    expect(hello(hostName())).toContain("instance: server");
  });

  test("give the exit codes of commands", () => {
    const exec = (script: string) =>
      spawnSync(toolchain.bin.kubectl, [
        ...["--kubeconfig", lab.kubeconfig, "exec", "client", "--", "sh", "-c", script],
      ]).status;
    expect([exec("true"), exec("exit 1"), exec("kill -9 $$")]).toEqual([0, 1, 137]);
  });

  test("stream logs and attach to a container", async () => {
    apply(pod("talker", CURL, { command: ["sh", "-c", "while read -r line; do echo got $line; done"] }));
    ready("talker");
    const followers = [start("logs", "--follow", "talker"), start("attach", "--stdin", "talker")];
    const lines = followers.map(async ({ stdout }) => once(createInterface({ input: stdout }), "line"));
    followers[1]?.stdin.write("one\n");
    expect((await Promise.all(lines)).flat()).toEqual(["got one", "got one"]);
    for (const follower of followers) follower.kill();
    kubectl("delete", "pod", "talker", "--wait=false");
  });

  test("forward a port, also after the server has closed a connection first", async () => {
    const forward = start("port-forward", "pod/server", ":5000");
    const [line] = (await once(createInterface({ input: forward.stdout }), "line")) as [string];
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
    const ask = async () => {
      const connection = connect(port, "127.0.0.1");
      connection.write("GET /hello HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n");
      return text(connection);
    };
    for (let request = 0; request < 3; request += 1) expect(await ask()).toContain("instance: server");
    forward.kill();
  });

  test("start a container again that has died", async () => {
    await killContainer(SPEC.name, { cluster: "cluster1", namespace: "default", pod: "server" }, "server");
    await until(
      "a restart",
      async () => field(".status.containerStatuses[0].restartCount", "pod", "server") === "1",
    );
    ready("server");
    expect(hello("server")).toContain("instance: server");
  });

  test("wait for an image that is not to be had", async () => {
    apply(pod("unknown", "registry.example/unknown:1", {}));
    const reason = () => field(".status.containerStatuses[0].state.waiting.reason", "pod", "unknown");
    await until("ImagePullBackOff", async () => reason() === "ImagePullBackOff", 60);
    kubectl("delete", "pod", "unknown", "--wait=false");
  });

  test("come back after a power cut, with their pods", async () => {
    await killNodes(SPEC.name, "cluster1");
    expect(spawnSync(toolchain.bin.kubectl, ["--kubeconfig", lab.kubeconfig, "logs", "server"]).status).toBe(
      1,
    );
    await restartNodes(SPEC.name, "cluster1", toolchain);
    await until("a running server", async () => {
      await sleep(500);
      return (
        spawnSync(toolchain.bin.kubectl, [
          ...[
            "--kubeconfig",
            lab.kubeconfig,
            "exec",
            "client",
            "--",
            "curl",
            "-sSf",
            "-m",
            "2",
            "server:5000/hello",
          ],
        ]).status === 0
      );
    });
  });
});
