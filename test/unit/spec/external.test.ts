import { describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, planMesh, validateMesh } from "../../../components";
import type { PublicEndpointSpec } from "../../../components/spec/types";
import { istiodOf } from "../../../components/topology/links";
import { externalIstiodValues } from "../../../components/values/external";
import { remoteBaseValues, remoteIstiodValues } from "../../../components/values/remote";
import { describePlan } from "../../../ops/plan";
import { externalControlPlane } from "../../../verify/checks/external-control-plane";
import { remoteSync } from "../../../verify/checks/remote-sync";
import { root } from "../../../verify/checks/root";
import { cluster } from "../../support/specs";

const HOSTED = { externalControlPlane: { host: "cluster1" } };

/** cluster1 runs the istiod of cluster2; cluster3 is its remote. */
const mesh = (
  changes: { host?: Partial<ClusterSpec>; config?: Partial<ClusterSpec>; remote?: Partial<ClusterSpec> } = {},
  rest: Partial<MeshSpec> = {},
): MeshSpec => ({
  clusters: [
    cluster(1, changes.host),
    cluster(2, { ...HOSTED, ...changes.config }),
    cluster(3, { controlPlanes: ["cluster2"], ...changes.remote }),
  ],
  ...rest,
});

const endpoint = (changes: Partial<PublicEndpointSpec>) =>
  mesh({
    config: {
      externalControlPlane: {
        host: "cluster1",
        publicEndpoint: { hostName: "istiod.example.com", ...changes },
      },
    },
  });
const external = (host: string) => mesh({ config: { externalControlPlane: { host } } });

const SERVICE = { name: "web", namespace: "shop", ports: [{ name: "http", port: 80 }] };

interface Row {
  readonly bad: MeshSpec;
  readonly path: string;
  readonly message: string;
  readonly good: MeshSpec;
}

const rows: Record<string, Row> = {
  "a host that does not exist": {
    bad: external("cluster9"),
    path: "clusters[1].externalControlPlane.host",
    message: '"cluster9" is not a cluster of this mesh',
    good: external("cluster1"),
  },
  "a cluster as its own host": {
    bad: external("cluster2"),
    path: "clusters[1].externalControlPlane.host",
    message: "is cluster2 itself; leave externalControlPlane out",
    good: external("cluster1"),
  },
  "a host of two config clusters": {
    bad: mesh({ remote: { controlPlanes: [], ...HOSTED } }),
    path: "clusters[2].externalControlPlane.host",
    message: "cluster1 already runs the istiod of cluster2; give each config cluster a host of its own",
    good: mesh(),
  },
  "a remote with an external control plane": {
    bad: mesh({ config: { controlPlanes: ["cluster3"] }, remote: { controlPlanes: [] } }),
    path: "clusters[1].externalControlPlane",
    message: "excludes controlPlanes: cluster2 has one istiod; remove one of them",
    good: mesh({ config: { controlPlanes: [] }, remote: { controlPlanes: [] } }),
  },
  "a remote as host": {
    bad: mesh({ host: { controlPlanes: ["cluster3"] }, remote: { controlPlanes: [] } }),
    path: "clusters[0].controlPlanes",
    message: "cluster1 only runs the istiod of cluster2; remove controlPlanes",
    good: mesh({ remote: { controlPlanes: [] } }),
  },
  "a config cluster as host": {
    bad: mesh({
      host: { externalControlPlane: { host: "cluster3" } },
      remote: { controlPlanes: [] },
    }),
    path: "clusters[0].externalControlPlane",
    message: "host cluster2 elsewhere",
    good: mesh({ remote: { controlPlanes: [] } }),
  },
  "a host as a remote's control plane": {
    bad: mesh({ remote: { controlPlanes: ["cluster1"] } }),
    path: "clusters[2].controlPlanes[0]",
    message: "cluster1 only runs the istiod of cluster2; name cluster2 instead",
    good: mesh({ remote: { controlPlanes: ["cluster2"] } }),
  },
  "settings of istiod on the host": {
    bad: mesh({ host: { istiod: { replicas: 2 } } }),
    path: "clusters[0].istiod",
    message: "has no effect: cluster1 only runs the istiod of cluster2, which takes its settings from there",
    good: mesh({ config: { istiod: { replicas: 2 } } }),
  },
  "a base chart's settings on the host": {
    bad: mesh({ host: { base: { values: {} } } }),
    path: "clusters[0].base",
    message: "set them on cluster2",
    good: mesh({ config: { base: { values: {} } } }),
  },
  "an Istio of the host's own": {
    bad: mesh({ host: { istio: { version: "1.30.4" } } }),
    path: "clusters[0].istio",
    message: "set them on cluster2",
    good: mesh({ config: { istio: { version: "1.31.0" } } }),
  },
  "a gateway in the host": {
    bad: mesh({ host: { gateway: { enabled: true } } }),
    path: "clusters[0].gateway.enabled",
    message: "has no service of the mesh to lead to; remove it",
    good: mesh({ host: { gateway: { addressType: "hostname" } } }),
  },
  "a link to the host": {
    bad: mesh({}, { links: [{ observer: "cluster2", observed: "cluster1" }] }),
    path: "links[0].observed",
    message: "cluster1 only runs the istiod of cluster2 and is no member of the mesh",
    good: mesh({}, { links: [{ observer: "cluster2", observed: "cluster3" }] }),
  },
  "the host as hub": {
    bad: mesh({}, { hubs: ["cluster1"] }),
    path: "hubs[0]",
    message: "is no member of the mesh; name cluster2 instead",
    good: mesh({}, { hubs: ["cluster2"] }),
  },
  "the host in a group": {
    bad: mesh({}, { groups: [["cluster2", "cluster1"]] }),
    path: "groups[0][1]",
    message: "is no member of the mesh",
    good: mesh({}, { groups: [["cluster2", "cluster3"]] }),
  },
  "a service in the host": {
    bad: mesh({}, { services: [{ ...SERVICE, clusters: ["cluster1"] }] }),
    path: "services[0].clusters[0]",
    message: "is no member of the mesh",
    good: mesh({}, { services: [{ ...SERVICE, clusters: ["cluster2"] }] }),
  },
  "helloworld in the host": {
    bad: mesh({}, { sampleApps: { helloworld: { cluster1: ["v1"] } } }),
    path: "sampleApps.helloworld.cluster1",
    message: "is no member of the mesh",
    good: mesh({}, { sampleApps: { helloworld: { cluster1: [], cluster2: ["v1"] } } }),
  },
  "a client in the host": {
    bad: mesh({}, { sampleApps: { helloworld: {}, clients: ["cluster1"] } }),
    path: "sampleApps.clients[0]",
    message: "is no member of the mesh",
    good: mesh({}, { sampleApps: { helloworld: {}, clients: ["cluster2"] } }),
  },
  "an IP as public name": {
    bad: endpoint({ hostName: "192.0.2.1", certificateSecret: "public" }),
    path: "clusters[1].externalControlPlane.publicEndpoint.hostName",
    message: '"192.0.2.1" is no DNS name that a certificate can be issued for',
    good: endpoint({ certificateSecret: "public" }),
  },
  "a public name without a certificate": {
    bad: endpoint({}),
    path: "clusters[1].externalControlPlane.publicEndpoint",
    message: "set certificateSecret alone, or certificate and privateKeyConfig together",
    good: endpoint({ certificate: "PEM", privateKeyConfig: "istiodKey" }),
  },
  "a certificate without its key": {
    bad: endpoint({ certificate: "PEM" }),
    path: "clusters[1].externalControlPlane.publicEndpoint",
    message: "certificate and privateKeyConfig together",
    good: endpoint({ certificate: "PEM", privateKeyConfig: "istiodKey" }),
  },
  "two certificates": {
    bad: endpoint({ certificate: "PEM", privateKeyConfig: "istiodKey", certificateSecret: "public" }),
    path: "clusters[1].externalControlPlane.publicEndpoint",
    message: "set certificateSecret alone",
    good: endpoint({ certificateSecret: "public" }),
  },
};

describe("an external control plane is refused with", () => {
  test("a cluster as its own host, whatever else it is to host, and in any order", () => {
    const own = cluster(1, { externalControlPlane: { host: "cluster1" } });
    const other = cluster(2, { externalControlPlane: { host: "cluster1" } });
    const problems = (clusters: ClusterSpec[]) => validateMesh({ clusters }).map(({ message }) => message);
    expect(problems([own, other])).toHaveLength(problems([other, own]).length);
    expect(problems([other, own]).join()).toContain("is cluster1 itself");
    expect([...problems([own, other]), ...problems([other, own])].join()).not.toContain("already runs");
  });

  test.each(Object.entries(rows))("%s", (_, { bad, path, message, good }) => {
    expect(validateMesh(bad)).toContainEqual({ path, message: expect.stringContaining(message) });
    expect(validateMesh(good)).toEqual([]);
  });

  test("no gateway needed for its remotes", () => {
    const oneNetwork = { network: "network2", gateway: { enabled: false } };
    expect(validateMesh(mesh({ config: { gateway: { enabled: false } }, remote: oneNetwork }))).toEqual([]);
  });
});

describe("the plan of an external control plane", () => {
  const plan = planMesh(
    mesh(
      { host: { gateway: { addressType: "hostname", sourceRanges: ["10.0.0.0/8"] } } },
      { gateway: { enabled: true }, sampleApps: { helloworld: { cluster2: ["v1"] } } },
    ),
  );
  const [host, config, remote] = plan.clusters;

  test("tells host and config cluster of each other", () => {
    expect(host?.runsIstiodOf).toBe("cluster2");
    expect(config?.externalControlPlane).toEqual({
      host: "cluster1",
      addressType: "hostname",
      serviceAnnotations: {},
      sourceRanges: ["10.0.0.0/8"],
    });
    expect([config?.runsIstiodOf, host?.externalControlPlane, remote?.externalControlPlane]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("keeps the host out of links, sample applications and gateways", () => {
    expect(plan.links.map(({ observer, observed }) => `${observer}>${observed}`)).toEqual([
      "cluster2>cluster3",
    ]);
    expect(plan.sampleApps.map((apps) => apps.cluster)).toEqual(["cluster2", "cluster3"]);
    expect(host?.gateway).toBeUndefined();
  });

  test("opens no gateway to istiod, which has a load balancer of its own", () => {
    expect(config?.gateway).toMatchObject({ exposesServices: true, exposesIstiod: false });
  });

  test("finds every member's istiod in the host", () => {
    expect(["cluster2", "cluster3"].map((name) => istiodOf(plan, name))).toEqual(["cluster1", "cluster1"]);
    expect(istiodOf(planMesh({ clusters: [cluster(1)] }), "cluster1")).toBe("cluster1");
  });
});

test("a described plan tells host, config cluster and remote apart", () => {
  const rows = describePlan(planMesh(mesh()), []).split("\n").slice(1, 4);
  expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
    ["cluster1", "host for cluster2", "network1", "cluster1"],
    ["cluster2", "config cluster", "network2", "cluster1"],
    ["cluster3", "remote", "network3", "cluster2"],
  ]);
});

describe("a mesh of a primary and an external control plane", () => {
  test("links the two as two primaries", () => {
    const { links } = planMesh({ clusters: [cluster(1), cluster(2, HOSTED), cluster(3)] });
    expect(links.map(({ observer, observed }) => `${observer}>${observed}`)).toEqual([
      "cluster2>cluster3",
      "cluster3>cluster2",
    ]);
  });
});

describe("values of the charts", () => {
  const input = {
    clusterName: "cluster2",
    network: "network2",
    meshId: "mesh1",
    trustDomain: "cluster.local",
    imagePullSecrets: [],
  };

  test("let the host's istiod keep the webhooks' CA bundles under its own certificate", () => {
    const { env, extraContainerArgs } = externalIstiodValues(input);
    expect(env).toEqual({
      ISTIO_MULTIROOT_MESH: "true",
      LOCAL_CLUSTER_SECRET_WATCHER: "true",
      SHARED_MESH_CONFIG: "istio",
    });
    expect(extraContainerArgs).toBeUndefined();
  });

  test("let a public name take over for proxies, their CA and webhooks", () => {
    const values = externalIstiodValues({
      ...input,
      publicHostName: "istiod.example.com",
      certificateSecret: "public",
    });
    const roots = "/etc/ssl/certs/ca-certificates.crt";
    expect(values).toMatchObject({
      global: { caAddress: "istiod.example.com:15012" },
      meshConfig: {
        trustDomain: "cluster.local",
        defaultConfig: {
          discoveryAddress: "istiod.example.com:15012",
          proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true", XDS_ROOT_CA: roots, CA_ROOT_CA: roots },
        },
      },
      env: { INJECTION_WEBHOOK_CONFIG_NAME: "", VALIDATION_WEBHOOK_CONFIG_NAME: "" },
    });
    expect(values["volumes"]).toContainEqual({
      name: "public-certificate",
      secret: { secretName: "public" },
    });
  });

  test("give the user's own values the last word", () => {
    const values = externalIstiodValues({ ...input, values: { global: { resourceScope: "all" } } });
    expect(values).toMatchObject({ global: { resourceScope: "all", externalIstiod: true } });
  });

  test("send a remote's webhooks to the public name, or else to its Service istiod", () => {
    const named = remoteIstiodValues({ ...input, isTrusted: true, webhookHostName: "istiod.example.com" });
    expect(named).toMatchObject({
      istiodRemote: { injectionURL: "https://istiod.example.com:15017/inject/cluster/cluster2/net/network2" },
      base: { validationFailurePolicy: "Fail", validationURL: "https://istiod.example.com:15017/validate" },
    });
    expect(named["istiodRemote"]).not.toHaveProperty("injectionPath");
    expect(remoteIstiodValues({ ...input, isTrusted: true })["base"]).not.toHaveProperty("validationURL");
    expect(
      remoteBaseValues({}, { isTrusted: true, webhookHostName: "istiod.example.com" })["base"],
    ).toHaveProperty("validationURL");
  });
});

describe("verify", () => {
  const plan = planMesh(mesh());
  const rowsOf = (probes: ReturnType<typeof root>) =>
    probes.map(({ check, cluster: from, peer }) => [check, from, peer].join(" ").trim());

  test("looks for an external control plane's way, credential and injections", () => {
    expect(rowsOf(externalControlPlane(plan))).toEqual([
      "control-plane cluster1",
      "reader-credential cluster1 cluster2",
      "control-plane cluster2 cluster1",
      "control-plane cluster3 cluster1",
    ]);
    expect(externalControlPlane(planMesh({ clusters: [cluster(1)] }))).toEqual([]);
  });

  test("asks nothing of the host that only members have", () => {
    expect(rowsOf(root(plan))).toEqual(["root cluster2", "root cluster3"]);
    expect(rowsOf(remoteSync(plan))).toEqual(["remote-sync cluster2 cluster3", "remote-sync cluster2"]);
  });
});
