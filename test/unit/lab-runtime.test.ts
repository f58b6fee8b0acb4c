import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Container, V1Pod, V1Service } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { containerEnv, expandReferences } from "../../lab/runtime/env";
import { serviceHosts } from "../../lab/runtime/etc-files";
import { fieldValue, parseQuantity, resourceValue } from "../../lab/runtime/fields";
import { imageContents } from "../../lab/runtime/images";
import { assignAddress } from "../../lab/runtime/load-balancer";
import { probeTiming } from "../../lab/runtime/probes";
import { capabilitySet, enterScript, sandboxCommand } from "../../lab/runtime/sandbox";
import type { ObjectSource } from "../../lab/runtime/sources";
import { volumeFiles, writeFiles } from "../../lab/runtime/volumes";

const facts = { podIP: "10.1.0.9", hostIP: "10.1.0.1", node: "cluster1-node" };
const pod: V1Pod = {
  metadata: {
    name: "web-1",
    namespace: "shop",
    uid: "u1",
    labels: { b: "2", a: "1" },
    annotations: { x: 'q"' },
  },
  spec: { serviceAccountName: "web", containers: [] },
};
const source: ObjectSource = {
  configMap: (_, name, optional) => lookUp({ settings: { color: Buffer.from("red") } }, name, optional),
  secret: (_, name, optional) => lookUp({ login: { password: Buffer.from("geheim") } }, name, optional),
};

function lookUp(objects: Record<string, Record<string, Buffer>>, name: string, optional?: boolean) {
  const found = objects[name];
  if (found === undefined && !optional) throw new Error(`${name} not found`);
  return found ?? {};
}

describe("environment", () => {
  const env = (container: Partial<V1Container>) =>
    containerEnv({ name: "c", ...container }, { pod, facts, source, imageEnv: {}, apiService: "10.101.0.1" });

  it.each([
    ["$(A)-$(B)", "1-$(B)"],
    ["$$(A)", "$(A)"],
    ["$(A", "$(A"],
    ["plain", "plain"],
  ])("expands %s to %s", (text, expected) => {
    expect(expandReferences(text, { A: "1" })).toBe(expected);
  });

  it("takes values from every source, in order, the container's own last", () => {
    const container = {
      envFrom: [{ prefix: "CM_", configMapRef: { name: "settings" } }],
      env: [
        { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
        { name: "URL", value: "http://$(IP)/$(CM_color)" },
        { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } },
        { name: "NONE", valueFrom: { configMapKeyRef: { name: "absent", key: "k", optional: true } } },
      ],
    };
    expect(env(container)).toMatchObject({
      CM_color: "red",
      URL: "http://10.1.0.9/red",
      PASSWORD: "geheim",
      KUBERNETES_SERVICE_HOST: "10.101.0.1",
      HOSTNAME: "web-1",
    });
    expect(env(container)).not.toHaveProperty("NONE");
  });

  it("names the key that is missing", () => {
    const missing = { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "login", key: "user" } } }] };
    expect(() => env(missing)).toThrow("secret shop/login has no key user");
  });
});

describe("fields and resources", () => {
  it("reads labels and annotations, one or all", () => {
    expect(fieldValue(pod, { fieldPath: "metadata.labels['a']" }, facts)).toBe("1");
    expect(fieldValue(pod, { fieldPath: "metadata.labels" }, facts)).toBe('a="1"\nb="2"');
    expect(fieldValue(pod, { fieldPath: "metadata.annotations" }, facts)).toBe('x="q\\""');
    expect(() => fieldValue(pod, { fieldPath: "spec.unknown" }, facts)).toThrow("spec.unknown");
  });

  it.each([
    ["100m", 0.1],
    ["2", 2],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["128Mi", 2 ** 27],
    ["1e3", 1000],
  ])("reads quantity %s", (text, value) => expect(parseQuantity(text)).toBeCloseTo(value));

  it("rounds resources up to the divisor", () => {
    const container: V1Container = { name: "c", resources: { limits: { cpu: "1500m", memory: "1Gi" } } };
    expect(resourceValue(container, { resource: "limits.cpu" })).toBe("2");
    expect(resourceValue(container, { resource: "limits.cpu", divisor: "1m" })).toBe("1500");
    expect(resourceValue(container, { resource: "requests.memory", divisor: "1Mi" })).toBe("1024");
  });
});

describe("images", () => {
  const files = { pilotDiscovery: "/d", pilotAgent: "/a", envoy: "/e", envoyBootstrap: "/b" };
  it.each([
    ["docker.io/istio/pilot:1.31.1", "/usr/local/bin/pilot-discovery"],
    ["mirror.example:5000/istio/proxyv2:1.31.1-distroless", "/usr/local/bin/pilot-agent"],
    ["gcr.io/istio-release/proxyv2@sha256:00ff", "/usr/local/bin/pilot-agent"],
    ["curlimages/curl:8.16.0", "curl"],
  ])("%s starts %s", (image, entrypoint) =>
    expect(imageContents(image, files)?.entrypoint).toEqual([entrypoint]),
  );

  it("tells helloworld its version", () => {
    const contents = imageContents("docker.io/istio/examples-helloworld-v2:1.0", files);
    expect(contents?.env).toEqual({ SERVICE_VERSION: "v2" });
  });

  it.each([
    ["quay.io/jetstack/cert-manager-controller:v1.11.5", "certManagerController"],
    ["hashicorp/vault:1.14.8", "vault"],
  ])("%s is there only in a lab that has its program", (image, program) => {
    expect(imageContents(image, files)).toBeUndefined();
    const [file] = imageContents(image, { ...files, [program]: "/p" })?.files ?? [];
    expect(file?.source).toBe("/p");
  });

  it.each(["nginx:1.29", "example.com/not-curlimages/curl:1", "istio/pilot-fake:1"])(
    "does not guess %s",
    (image) => {
      expect(imageContents(image, files)).toBeUndefined();
    },
  );
});

describe("sandbox", () => {
  const sandbox = {
    namespace: "im.dev.pod.c.1",
    hostname: "web-1",
    user: 1337,
    group: 1337,
    groups: [],
    capabilities: ["NET_ADMIN"],
    workingDir: "/",
    mounts: [{ source: "/s", target: "/var/lib/deep/file", readOnly: true }],
  };

  it("has Docker's capabilities but for those that are dropped", () => {
    expect(capabilitySet([], ["ALL"])).toEqual([]);
    expect(capabilitySet(["NET_ADMIN", "NET_RAW"], ["ALL"])).toEqual(["NET_ADMIN", "NET_RAW"]);
    expect(capabilitySet(["NET_ADMIN"], ["KILL"])).toContain("NET_ADMIN");
    expect(capabilitySet([], ["KILL"])).not.toContain("KILL");
  });

  it("makes every folder above a mount before the mount", () => {
    const [, args] = sandboxCommand(sandbox, ["true"], 3);
    const text = args.join(" ");
    expect(text).toMatch(/--dir \/var .*--dir \/var\/lib\/deep .*--ro-bind \/s \/var\/lib\/deep\/file/);
    expect(text).toMatch(
      /--reuid=1337 --regid=1337 --clear-groups .*--bounding-set=-all,\+net_admin -- true$/,
    );
  });

  it("quotes the environment of further commands", () => {
    expect(enterScript(sandbox, { A: "it's $(b)" }, "/pid")).toContain(`'A=it'\\''s $(b)'`);
  });
});

describe("volumes", () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "lab-volumes-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it("projects several sources into one folder", () => {
    const token = (audience: string | undefined) => `token for ${audience}`;
    const sources = [
      { serviceAccountToken: { path: "token", audience: "istio-ca" } },
      { configMap: { name: "settings", items: [{ key: "color", path: "deep/color" }] } },
      { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
      { secret: { name: "absent", optional: true } },
    ];
    const files = volumeFiles({ name: "v", projected: { sources } }, { pod, facts, source, token });
    const contents = [...files].map(([path, { content }]) => [path, content.toString()]);
    expect(Object.fromEntries(contents)).toEqual({
      token: "token for istio-ca",
      "deep/color": "red",
      labels: 'a="1"\nb="2"',
    });
  });

  it("names kinds that it does not support", () => {
    const volume = { name: "data", persistentVolumeClaim: { claimName: "c" } };
    const context = { pod, facts, source, token: () => "" };
    expect(() => volumeFiles(volume, context)).toThrow("volume data: volumes of kind persistentVolumeClaim");
  });

  it("swaps all files at once and removes what is gone", async () => {
    const file = (content: string) => ({ content, mode: 0o644 });
    await writeFiles(
      folder,
      new Map([
        ["a", file("1")],
        ["d/b", file("1")],
      ]),
    );
    const first = await readlink(join(folder, "..data"));
    expect(await readFile(join(folder, "d", "b"), "utf8")).toBe("1");
    await writeFiles(folder, new Map([["a", file("2")]]));
    expect(await readFile(join(folder, "a"), "utf8")).toBe("2");
    expect((await readdir(folder)).sort()).toEqual(
      ["..data", await readlink(join(folder, "..data")), "a"].sort(),
    );
    expect(await readlink(join(folder, "..data"))).not.toBe(first);
  });
});

describe("probes", () => {
  it("have the defaults of the API", () => {
    expect(probeTiming({})).toEqual({
      initialDelayMs: 0,
      periodMs: 10_000,
      timeoutMs: 1000,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(probeTiming({ periodSeconds: 2, failureThreshold: 600 })).toMatchObject({
      periodMs: 2000,
      failureThreshold: 600,
    });
  });
});

describe("services", () => {
  const service = (uid: string, ip?: string): V1Service => ({
    metadata: { name: uid, namespace: "shop", uid },
    spec: { type: "LoadBalancer", clusterIP: ip === "None" ? ip : `10.101.0.${uid.length}` },
    status: { loadBalancer: ip && ip !== "None" ? { ingress: [{ ip }] } : {} },
  });

  it("get the first address that no other Service has", () => {
    const pool = ["198.18.1.10", "198.18.1.11"];
    expect(assignAddress(service("b"), [service("a", "198.18.1.10"), service("b")], pool)).toBe(
      "198.18.1.11",
    );
    const taken = [service("a", "198.18.1.10"), service("c", "198.18.1.11")];
    expect(assignAddress(service("b"), taken, pool)).toBeUndefined();
  });

  it("are in the hosts file of every pod, by their short name in their own namespace only", () => {
    const services = [service("web"), service("headless", "None")];
    expect(serviceHosts(services, "shop")).toBe(
      "10.101.0.3\tweb.shop web.shop.svc web.shop.svc.cluster.local web\n",
    );
    expect(serviceHosts(services, "other")).toBe(
      "10.101.0.3\tweb.shop web.shop.svc web.shop.svc.cluster.local\n",
    );
  });
});
