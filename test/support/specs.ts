import type { ClusterSpec, LinkSpec, MeshSpec, ServiceImportSpec, ServiceSpec } from "../../components";

/** A cluster `cluster<index>`, alone on its network unless one is given. */
export function cluster(index: number, changes: Partial<ClusterSpec> = {}): ClusterSpec {
  return { name: `cluster${index}`, network: `network${index}`, ...changes };
}

/** A mesh of `size` clusters on as many networks. */
export function mesh(size: number, changes: Partial<MeshSpec> = {}): MeshSpec {
  return { clusters: Array.from({ length: size }, (_, index) => cluster(index + 1)), ...changes };
}

/** Links from text such as `"cluster1>cluster2 cluster2>cluster1"`. */
export function links(text: string): { observer: string; observed: string }[] {
  return text.split(" ").map((link) => {
    const [observer = "", observed = ""] = link.split(">");
    return { observer, observed };
  });
}

/** Whatever is made for a mesh: hosts and config clusters, remotes, stubs, rotations, issuers and requests. */
export const MESHES = {
  "three primaries with applications, under a second root": mesh(3, {
    ca: { root: { generation: 2, phase: "trust-both" } },
    sampleApps: { helloworld: { cluster1: ["v1"] } },
    services: [{ name: "db", namespace: "shop", ports: [{ name: "tcp", port: 1 }], clusters: ["cluster2"] }],
    stubNamespaces: true,
  }),
  "a primary and its remote": {
    clusters: [cluster(1), cluster(2, { network: "network1", controlPlanes: ["cluster1"] })],
  },
  "an external control plane": {
    clusters: [cluster(1), cluster(2, { externalControlPlane: { host: "cluster1" } })],
  },
  "an issuer in one cluster": mesh(2, { ca: { issuer: { name: "pki", cluster: "cluster1" } } }),
} satisfies Readonly<Record<string, MeshSpec>>;

/** The same, each without a credential. */
export function importLinks(text: string): LinkSpec[] {
  return links(text).map((link) => ({ ...link, kind: "import" }));
}

/** Two clusters that import from each other, and a third one. */
export const IMPORTING: MeshSpec = mesh(3, {
  links: importLinks("cluster1>cluster2 cluster3>cluster2 cluster2>cluster1"),
  services: [service(), service({ name: "db", clusters: ["cluster1"] })],
  imports: [{ services: { name: "helloworld" }, host: "hello.mesh.internal" }],
  dnsCapture: true,
});

/** helloworld of cluster2. */
export function service(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: "helloworld",
    namespace: "sample",
    ports: [{ name: "http", port: 5000 }],
    clusters: ["cluster2"],
    serviceAccounts: ["helloworld-v1", "helloworld-v2"],
    ...changes,
  };
}

/** Three clusters that have nothing but import links. */
export function importing(
  text: string,
  services: readonly ServiceSpec[],
  imports: readonly ServiceImportSpec[],
  changes: Partial<MeshSpec> = {},
): MeshSpec {
  return mesh(3, { links: importLinks(text), services, imports, ...changes });
}

/** db of cluster2. */
export function database(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: "db",
    namespace: "shop",
    ports: [{ name: "tcp-db", port: 5432 }],
    clusters: ["cluster2"],
    ...changes,
  };
}

/** Three clusters that know of it. */
export function withDatabase(changes: Partial<ServiceSpec>, of: Partial<MeshSpec> = {}): MeshSpec {
  return mesh(3, { services: [database(changes)], ...of });
}
