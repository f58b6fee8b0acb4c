import { describe } from "vitest";
import { CAPTURE, IMPORT_PAIR, oneImport, OTHER } from "../../support/import-specs";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, importing, importLinks, links, mesh, service } from "../../support/specs";

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
    bad: oneImport({ services: { clusters: ["cluster2", "cluster9"] } }),
    path: "imports[0].services.clusters[1]",
    message: '"cluster9" is not a cluster of this mesh',
    good: oneImport({ services: { clusters: ["cluster2"] } }),
  },
  "a cluster to import into that has no link": {
    bad: oneImport({ into: ["cluster1", "cluster3"] }),
    path: "imports[0].into[1]",
    message: "cluster3 has no link of kind import to cluster2; add { observer: cluster3",
    good: oneImport({ into: ["cluster1"] }),
  },
  "a cluster to import into that has a link to others only": {
    bad: importing(
      "cluster1>cluster2",
      [service({ clusters: ["cluster2", "cluster3"] })],
      [{ services: {} }, { services: { clusters: ["cluster3"] }, into: ["cluster1"], host: OTHER }],
      CAPTURE,
    ),
    path: "imports[1].into[0]",
    message: "cluster1 has no link of kind import to cluster3; add { observer: cluster1",
    good: importing(
      "cluster1>cluster2",
      [service({ clusters: ["cluster2", "cluster3"] })],
      [{ services: {} }, { services: { clusters: ["cluster2"] }, into: ["cluster1"], host: OTHER }],
      CAPTURE,
    ),
  },
  "a cluster to import into that only observes": {
    bad: oneImport(
      { into: ["cluster1", "cluster3"] },
      { links: [IMPORT_PAIR, ...links("cluster3>cluster2")] },
    ),
    path: "imports[0].into[1]",
    message: "cluster3 has no link of kind import",
    good: oneImport({}, { links: [IMPORT_PAIR, ...links("cluster3>cluster2")] }),
  },
  "an import that nobody can use": {
    bad: mesh(2, { links: [], services: [service()], imports: [{ services: {} }] }),
    path: "imports[0]",
    message: "is used by nobody: no cluster has a link of kind import to cluster2",
    good: mesh(2, { links: [], services: [service()], imports: [] }),
  },
  "an unknown cluster to import into": {
    bad: oneImport({ into: ["cluster1", "cluster9"] }),
    path: "imports[0].into[1]",
    message: '"cluster9" is not a cluster of this mesh',
    good: oneImport({ into: ["cluster1"] }),
  },
  "a cluster to import into given twice": {
    bad: oneImport({ into: ["cluster1", "cluster1"] }),
    path: "imports[0].into[1]",
    message: "cluster1 is there already",
    good: oneImport({ into: ["cluster1"] }),
  },
  "an import into nothing": {
    bad: oneImport({ into: [] }, { links: [] }),
    path: "imports[0].into",
    message: "is empty",
    good: oneImport({}),
  },
  "a remote to import into": {
    bad: oneImport(
      { into: ["cluster1", "cluster4"] },
      {
        clusters: [cluster(1), cluster(2), cluster(3), cluster(4, { controlPlanes: ["cluster1"] })],
      },
    ),
    path: "imports[0].into[1]",
    message: "cluster4 is a remote: it has what its control plane cluster1 imports",
    good: oneImport(
      { into: ["cluster1"] },
      {
        clusters: [cluster(1), cluster(2), cluster(3), cluster(4, { controlPlanes: ["cluster1"] })],
      },
    ),
  },
  "a host of an external control plane to import into": {
    bad: oneImport(
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
    good: oneImport(
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
    bad: oneImport({
      failover: { failoverPriority: ["topology.istio.io/network", "topology.istio.io/cluster"] },
    }),
    path: "imports[0].failover.failoverPriority[1]",
    message: "Istio counts imported endpoints to the importer's own cluster; set region",
    good: oneImport({
      failover: { failoverPriority: ["topology.istio.io/network", "topology.kubernetes.io/region"] },
    }),
  },
  "failover that cannot be": {
    bad: oneImport({ failover: { failoverPriority: [] } }),
    path: "imports[0].failover.failoverPriority",
    message: "is empty",
    good: oneImport({ failover: {} }),
  },
  "users that are none": {
    bad: oneImport({ host: OTHER, namespaces: [] }, CAPTURE),
    path: "imports[0].namespaces",
    message: "is empty, so nobody could use it",
    good: oneImport({ host: OTHER, namespaces: ["frontend"] }, CAPTURE),
  },
};

describe("validateMesh reports of what is selected", () => testRules(selectionCases));
