import { describe } from "vitest";
import type { MeshSpec, ServiceImportSpec, ServiceSpec } from "../../../components";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, importing, importLinks, links, mesh, service } from "../../support/specs";

const HELLO = "helloworld.sample.svc.cluster.local";
const OTHER = "hello.mesh.internal";
const capture = { dnsCapture: true };
const pair = { observer: "cluster1", observed: "cluster2" };
const importPair = { ...pair, kind: "import" as const };
const clusters = (changes: Partial<MeshSpec["clusters"][number]>) => ({
  clusters: [cluster(1), cluster(2, changes), cluster(3)],
});

/** cluster1 imports from cluster2. */
const one = (changes: Partial<ServiceImportSpec> = {}, of: Partial<MeshSpec> = {}) =>
  importing("cluster1>cluster2", [service()], [{ services: {}, ...changes }], of);
const of = (
  changes: Partial<ServiceSpec>,
  more: Partial<MeshSpec> = {},
  imported: Partial<ServiceImportSpec> = {},
) => importing("cluster1>cluster2", [service(changes)], [{ services: {}, ...imported }], more);
const here = (changes: Partial<ServiceSpec> = {}, imported: Partial<ServiceImportSpec> = {}) =>
  of({ clusters: ["cluster1", "cluster2"], ...changes }, capture, { host: OTHER, ...imported });

const linkCases: Record<string, RuleCase> = {
  "a pair with both kinds": {
    bad: one({}, { links: [pair, importPair] }),
    path: "links[1]",
    message:
      "makes cluster1 -> cluster2 an import, and links[0] discovery: its credential would stay; remove one",
    good: one({}, { links: [pair, { ...importPair, migrating: true }] }),
  },
  "a pair with both kinds, one by a group": {
    bad: one({}, { links: [importPair], groups: [["cluster1", "cluster2"]] }),
    path: "links[0]",
    message: "and hubs or groups discovery",
    good: one({}, { links: [importPair], groups: [["cluster1", "cluster3"]] }),
  },
  "a migration of a pair with one kind": {
    bad: one({}, { links: [{ ...importPair, migrating: true }] }),
    path: "links[0].migrating",
    message: "is true, but cluster1 -> cluster2 has no other link",
    good: one({}, { links: [importPair] }),
  },
  "a discovery link that migrates": {
    bad: mesh(2, { links: [{ ...pair, migrating: true }] }),
    path: "links[0].migrating",
    message: "belongs to the import link of the pair",
    good: mesh(2, { links: [pair] }),
  },
  "an import from a remote of one's own": {
    bad: of({}, { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] }), cluster(3)] }),
    path: "links[0]",
    message: "cluster1 serves cluster2, whose API it reads anyway",
    good: of({}),
  },
  "an import link given twice": {
    bad: one({}, { links: [importPair, importPair] }),
    path: "links[1]",
    message: "cluster1 -> cluster2 is already links[0]",
    good: one({}, { links: [importPair, ...links("cluster2>cluster1")] }),
  },
  "a link that imports nothing": {
    bad: one({}, { links: importLinks("cluster1>cluster2 cluster3>cluster1") }),
    path: "links[1]",
    message: "imports nothing: no entry of imports takes a service of cluster1 into cluster3",
    good: one({}, { links: importLinks("cluster1>cluster2 cluster3>cluster2") }),
  },
  "an import link to nobody": {
    bad: one({}, { links: importLinks("cluster1>cluster2 cluster1>west") }),
    path: "links[1].observed",
    message: '"west" is not a cluster of this mesh',
    good: importing("cluster1>west", [service({ clusters: ["west"] })], [{ services: {} }], {
      exporters: [{ name: "west", addresses: ["192.0.2.1"] }],
    }),
  },
};

const selectionCases: Record<string, RuleCase> = {
  "a selector that selects nothing": {
    bad: importing(
      "cluster1>cluster2",
      [service()],
      [{ services: {} }, { services: { matchLabels: { team: "shop" } } }],
    ),
    path: "imports[1].services",
    message: "selects nothing: no entry of services has this name, these labels",
    good: importing(
      "cluster1>cluster2",
      [service({ labels: { team: "shop" } })],
      [{ services: { matchLabels: { team: "shop" } } }],
    ),
  },
  "a selector with an unknown cluster": {
    bad: one({ services: { clusters: ["cluster2", "cluster9"] } }),
    path: "imports[0].services.clusters[1]",
    message: '"cluster9" is not a cluster of this mesh',
    good: one({ services: { clusters: ["cluster2"] } }),
  },
  "a cluster to import into that has no link": {
    bad: one({ into: ["cluster1", "cluster3"] }),
    path: "imports[0].into[1]",
    message: "cluster3 has no link of kind import to cluster2; add { observer: cluster3",
    good: one({ into: ["cluster1"] }),
  },
  "a cluster to import into that only observes": {
    bad: one({ into: ["cluster1", "cluster3"] }, { links: [importPair, ...links("cluster3>cluster2")] }),
    path: "imports[0].into[1]",
    message: "cluster3 has no link of kind import",
    good: one({}, { links: [importPair, ...links("cluster3>cluster2")] }),
  },
  "an import that nobody can use": {
    bad: mesh(2, { links: [], services: [service()], imports: [{ services: {} }] }),
    path: "imports[0]",
    message: "is used by nobody: no cluster has a link of kind import to cluster2",
    good: mesh(2, { links: [], services: [service()], imports: [] }),
  },
  "an unknown cluster to import into": {
    bad: one({ into: ["cluster1", "cluster9"] }),
    path: "imports[0].into[1]",
    message: '"cluster9" is not a cluster of this mesh',
    good: one({ into: ["cluster1"] }),
  },
  "a cluster to import into given twice": {
    bad: one({ into: ["cluster1", "cluster1"] }),
    path: "imports[0].into[1]",
    message: "cluster1 is there already",
    good: one({ into: ["cluster1"] }),
  },
  "an import into nothing": {
    bad: one({ into: [] }, { links: [] }),
    path: "imports[0].into",
    message: "is empty",
    good: one({}),
  },
  "a remote to import into": {
    bad: one(
      { into: ["cluster1", "cluster4"] },
      {
        clusters: [cluster(1), cluster(2), cluster(3), cluster(4, { controlPlanes: ["cluster1"] })],
      },
    ),
    path: "imports[0].into[1]",
    message: "cluster4 is a remote: it has what its control plane cluster1 imports",
    good: one(
      { into: ["cluster1"] },
      {
        clusters: [cluster(1), cluster(2), cluster(3), cluster(4, { controlPlanes: ["cluster1"] })],
      },
    ),
  },
  "a host of an external control plane to import into": {
    bad: one(
      { into: ["cluster1", "cluster4"] },
      {
        clusters: [
          cluster(1),
          cluster(2),
          cluster(3, { externalControlPlane: { host: "cluster4" } }),
          cluster(4),
        ],
        links: importLinks("cluster1>cluster2"),
      },
    ),
    path: "imports[0].into[1]",
    message: "cluster4 only runs the istiod of cluster3",
    good: one(
      {},
      {
        clusters: [
          cluster(1),
          cluster(2),
          cluster(3, { externalControlPlane: { host: "cluster4" } }),
          cluster(4),
        ],
      },
    ),
  },
  "failover by cluster": {
    bad: one({ failover: { failoverPriority: ["topology.istio.io/network", "topology.istio.io/cluster"] } }),
    path: "imports[0].failover.failoverPriority[1]",
    message: "Istio counts imported endpoints to the importer's own cluster; set region",
    good: one({
      failover: { failoverPriority: ["topology.istio.io/network", "topology.kubernetes.io/region"] },
    }),
  },
  "failover that cannot be": {
    bad: one({ failover: { failoverPriority: [] } }),
    path: "imports[0].failover.failoverPriority",
    message: "is empty",
    good: one({ failover: {} }),
  },
  "users that are none": {
    bad: one({ host: OTHER, namespaces: [] }, capture),
    path: "imports[0].namespaces",
    message: "is empty, so nobody could use it",
    good: one({ host: OTHER, namespaces: ["frontend"] }, capture),
  },
};

const onEks = (
  more: Partial<MeshSpec> = {},
  from: Partial<ServiceSpec> = {},
  imported: Partial<ServiceImportSpec> = {},
) => of(from, { ...clusters({ platform: "eks" }), ...more }, imported);

const hostCases: Record<string, RuleCase> = {
  "a host that no Service can have, without DNS capture": {
    bad: one({ host: OTHER }),
    path: "imports[0].host",
    message: `${OTHER} is a name that no Service can have, and no proxy answers DNS queries; set dnsCapture: true`,
    good: one({ host: OTHER }, capture),
  },
  "a host that is no name": {
    bad: one({ host: "*.mesh.internal" }, capture),
    path: "imports[0].host",
    message: '"*.mesh.internal" is not a DNS name',
    good: one({ host: OTHER }, capture),
  },
  "a host that is a Service in another namespace of the importer": {
    bad: importing(
      "cluster1>cluster2",
      [service(), service({ name: "hello", namespace: "shop", clusters: ["cluster1"] })],
      [{ services: { name: "helloworld" }, host: "hello.shop.svc.cluster.local" }],
    ),
    path: "imports[0].host",
    message: "is the Service hello in namespace shop of cluster1, which this import does not select",
    good: importing(
      "cluster1>cluster2",
      [service(), service({ name: "hello", namespace: "shop", clusters: ["cluster3"] })],
      [{ services: { name: "helloworld" }, host: "hello.shop.svc.cluster.local" }],
    ),
  },
  "a host that each cluster keeps to itself": {
    bad: one({ host: "hello.shop.svc.cluster.local" }, { clusterLocal: ["*.shop.svc.cluster.local"] }),
    path: "imports[0].host",
    message:
      "is one of *.shop.svc.cluster.local, which each cluster keeps to itself; remove it from clusterLocal",
    good: one({ host: "hello.shop2.svc.cluster.local" }, { clusterLocal: ["*.shop.svc.cluster.local"] }),
  },
  "a service that is imported and that each cluster keeps to itself": {
    bad: one({}, { clusterLocal: ["*.sample.svc.cluster.local"] }),
    path: "services[0]",
    message: `is ${HELLO}, which no other cluster reaches: clusterLocal has`,
    good: one({}, { clusterLocal: ["*.shop.svc.cluster.local"] }),
  },
  "a host imported twice": {
    bad: importing(
      "cluster1>cluster2",
      [service()],
      [{ services: {} }, { services: { name: "helloworld" } }],
    ),
    path: "imports[1]",
    message: `imports ${HELLO} into cluster1, which imports[0] does as well`,
    good: importing(
      "cluster1>cluster2 cluster3>cluster2",
      [service()],
      [
        { services: {}, into: ["cluster1"] },
        { services: {}, into: ["cluster3"] },
      ],
    ),
  },
  "users of a host that has a Service": {
    bad: one({ namespaces: ["frontend"] }),
    path: "imports[0].namespaces",
    message: `has no effect: ${HELLO} is a Service (a stub) in cluster1, which clients of every namespace see`,
    good: one({ namespaces: ["frontend"] }, capture),
  },
  "a gateway with a host name behind a host that has a Service": {
    bad: onEks({}, { clusters: ["cluster1", "cluster2"] }),
    path: "imports[0]",
    message: `leads ${HELLO} to cluster2, whose gateway has a host name, and to its pods in cluster1: Istio drops`,
    good: onEks(),
  },
  "a gateway with a host name behind a host that is discovered elsewhere": {
    bad: onEks(
      { links: [importPair, ...links("cluster1>cluster3")] },
      { clusters: ["cluster2", "cluster3"] },
    ),
    path: "imports[0]",
    message: "and to the Service of cluster3",
    good: onEks({ links: [pair, { ...importPair, migrating: true }] }),
  },
  "a gateway with a host name beside local pods under another host": {
    bad: onEks(capture, { clusters: ["cluster1", "cluster2"], selector: { app: "x" } }, { host: OTHER }),
    path: "imports[0]",
    message: "and to its pods in cluster1",
    good: onEks(
      capture,
      { clusters: ["cluster1", "cluster2"], selector: { app: "x" } },
      { host: OTHER, services: { clusters: ["cluster2"] } },
    ),
  },
  "failover in two places": {
    bad: one({}, { sampleApps: { helloworld: {}, failover: {} } }),
    path: "sampleApps.failover",
    message: "is set, and cluster1 imports helloworld by imports[0]: Istio heeds one of the two",
    good: one({ failover: {} }, { sampleApps: { helloworld: {} } }),
  },
  "local pods under another host without a selector": {
    bad: here(),
    path: "services[0].selector",
    message: `is missing: it runs in cluster1, which imports it as ${OTHER}`,
    good: here({ selector: { app: "helloworld" } }),
  },
  "local pods of two services under another host": {
    bad: importing(
      "cluster1>cluster2 cluster1>cluster3",
      [
        service({ clusters: ["cluster1", "cluster2"], selector: { app: "a" } }),
        service({ name: "b", clusters: ["cluster1", "cluster3"], selector: { app: "b" } }),
      ],
      [{ services: {}, host: OTHER }],
      capture,
    ),
    path: "imports[0].host",
    message: "Istio finds those of one Service in one namespace only",
    good: here({ selector: { app: "a" } }),
  },
};

describe("validateMesh reports of import links", () => testRules(linkCases));
describe("validateMesh reports of what is selected", () => testRules(selectionCases));
describe("validateMesh reports of imported hosts", () => testRules(hostCases));
