import { describe } from "vitest";
import { IMPORT_PAIR, importOf, oneImport, PAIR } from "../../support/import-specs";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, importing, importLinks, links, mesh, service } from "../../support/specs";

const linkCases: Record<string, RuleCase> = {
  "a pair with both kinds": {
    bad: oneImport({}, { links: [PAIR, IMPORT_PAIR] }),
    path: "links[1]",
    message:
      "makes cluster1 -> cluster2 an import, and links[0] discovery: its credential would stay; remove one",
    good: oneImport({}, { links: [PAIR, { ...IMPORT_PAIR, migrating: true }] }),
  },
  "a pair with both kinds, one by a group": {
    bad: oneImport({}, { links: [IMPORT_PAIR], groups: [["cluster1", "cluster2"]] }),
    path: "links[0]",
    message: "and hubs or groups discovery",
    good: oneImport({}, { links: [IMPORT_PAIR], groups: [["cluster1", "cluster3"]] }),
  },
  "a migration of a pair with one kind": {
    bad: oneImport({}, { links: [{ ...IMPORT_PAIR, migrating: true }] }),
    path: "links[0].migrating",
    message: "is true, but cluster1 -> cluster2 has no other link",
    good: oneImport({}, { links: [IMPORT_PAIR] }),
  },
  "a discovery link that migrates": {
    bad: mesh(2, { links: [{ ...PAIR, migrating: true }] }),
    path: "links[0].migrating",
    message: "belongs to the import link of the pair",
    good: mesh(2, { links: [PAIR] }),
  },
  "an import from a remote of one's own": {
    bad: importOf({}, { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] }), cluster(3)] }),
    path: "links[0]",
    message: "cluster1 serves cluster2, whose API it reads anyway",
    good: importOf({}),
  },
  "an import link given twice": {
    bad: oneImport({}, { links: [IMPORT_PAIR, IMPORT_PAIR] }),
    path: "links[1]",
    message: "cluster1 -> cluster2 is already links[0]",
    good: oneImport({}, { links: [IMPORT_PAIR, ...links("cluster2>cluster1")] }),
  },
  "a link that imports nothing": {
    bad: oneImport({}, { links: importLinks("cluster1>cluster2 cluster3>cluster1") }),
    path: "links[1]",
    message: "imports nothing: no entry of imports takes a service of cluster1 into cluster3",
    good: oneImport({}, { links: importLinks("cluster1>cluster2 cluster3>cluster2") }),
  },
  "an import link to nobody": {
    bad: oneImport({}, { links: importLinks("cluster1>cluster2 cluster1>west") }),
    path: "links[1].observed",
    message: '"west" is not a cluster of this mesh',
    good: importing("cluster1>west", [service({ clusters: ["west"] })], [{ services: {} }], {
      exporters: [{ name: "west", addresses: ["192.0.2.1"] }],
    }),
  },
};

describe("validateMesh reports of import links", () => testRules(linkCases));
