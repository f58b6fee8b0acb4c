import { describe } from "vitest";
import type { MeshSpec, ServiceImportSpec, ServiceSpec } from "../../../components";
import {
  CAPTURE,
  HELLO,
  IMPORT_PAIR,
  importOf,
  oneImport,
  OTHER,
  PAIR,
  withExporter,
} from "../../support/import-specs";
import { type RuleCase, testRules } from "../../support/rules";
import { importing, links, service } from "../../support/specs";

const here = (changes: Partial<ServiceSpec> = {}, imported: Partial<ServiceImportSpec> = {}) =>
  importOf({ clusters: ["cluster1", "cluster2"], ...changes }, CAPTURE, { host: OTHER, ...imported });

const onEks = (
  more: Partial<MeshSpec> = {},
  from: Partial<ServiceSpec> = {},
  imported: Partial<ServiceImportSpec> = {},
) => importOf(from, { ...withExporter({ platform: "eks" }), ...more }, imported);

const hostCases: Record<string, RuleCase> = {
  "a host that no Service can have, without DNS capture": {
    bad: oneImport({ host: OTHER }),
    path: "imports[0].host",
    message: `${OTHER} is a name that no Service can have, and no proxy answers DNS queries; set dnsCapture: true`,
    good: oneImport({ host: OTHER }, CAPTURE),
  },
  "a host that is no name": {
    bad: oneImport({ host: "*.mesh.internal" }, CAPTURE),
    path: "imports[0].host",
    message: '"*.mesh.internal" is not a DNS name',
    good: oneImport({ host: OTHER }, CAPTURE),
  },
  "a host that is a Service's short name": {
    bad: oneImport({ host: "helloworld.sample" }, CAPTURE),
    path: "imports[0].host",
    message: `is short for the Service ${HELLO}, and in a cluster that has it means that; write it in full`,
    good: oneImport({ host: "helloworld.elsewhere" }, CAPTURE),
  },
  "a TLS port behind a stub that leads to a gateway with a host name": {
    bad: onEks({}, { ports: [{ name: "https-web", port: 443 }] }),
    path: "imports[0]",
    message: `leads port 443 of ${HELLO} (https-web), which clients encrypt by themselves, to cluster2, whose gateway has a host name: no route from a stub fits it; set dnsCapture: true`,
    good: onEks(CAPTURE, { ports: [{ name: "https-web", port: 443 }] }),
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
    bad: oneImport({ host: "hello.shop.svc.cluster.local" }, { clusterLocal: ["*.shop.svc.cluster.local"] }),
    path: "imports[0].host",
    message:
      "is one of *.shop.svc.cluster.local, which each cluster keeps to itself; remove it from clusterLocal",
    good: oneImport(
      { host: "hello.shop2.svc.cluster.local" },
      { clusterLocal: ["*.shop.svc.cluster.local"] },
    ),
  },
  "a service that is imported and that each cluster keeps to itself": {
    bad: oneImport({}, { clusterLocal: ["*.sample.svc.cluster.local"] }),
    path: "services[0]",
    message: `is ${HELLO}, which no other cluster reaches: clusterLocal has`,
    good: oneImport({}, { clusterLocal: ["*.shop.svc.cluster.local"] }),
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
    bad: oneImport({ namespaces: ["frontend"] }),
    path: "imports[0].namespaces",
    message: `has no effect: ${HELLO} is a Service (a stub) in cluster1, which clients of every namespace see`,
    good: oneImport({ namespaces: ["frontend"] }, CAPTURE),
  },
  "a gateway with a host name behind a host that has a Service": {
    bad: onEks({}, { clusters: ["cluster1", "cluster2"] }),
    path: "imports[0]",
    message: `leads ${HELLO} to cluster2, whose gateway has a host name, and to its pods in cluster1: Istio drops`,
    good: onEks(),
  },
  "a gateway with a host name behind a host that is discovered elsewhere": {
    bad: onEks(
      { links: [IMPORT_PAIR, ...links("cluster1>cluster3")] },
      { clusters: ["cluster2", "cluster3"] },
    ),
    path: "imports[0]",
    message: "and to the Service of cluster3",
    good: onEks({ links: [PAIR, { ...IMPORT_PAIR, migrating: true }] }),
  },
  "a gateway with a host name beside local pods under another host": {
    bad: onEks(CAPTURE, { clusters: ["cluster1", "cluster2"], selector: { app: "x" } }, { host: OTHER }),
    path: "imports[0]",
    message: "and to its pods in cluster1",
    good: onEks(
      CAPTURE,
      { clusters: ["cluster1", "cluster2"], selector: { app: "x" } },
      { host: OTHER, services: { clusters: ["cluster2"] } },
    ),
  },
  "failover in two places": {
    bad: oneImport({}, { sampleApps: { helloworld: {}, failover: {} } }),
    path: "sampleApps.failover",
    message: "is set, and cluster1 imports helloworld by imports[0]: Istio heeds one of the two",
    good: oneImport({ failover: {} }, { sampleApps: { helloworld: {} } }),
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
      CAPTURE,
    ),
    path: "imports[0].host",
    message: "Istio finds those of one Service in one namespace only",
    good: here({ selector: { app: "a" } }),
  },
};

describe("validateMesh reports of imported hosts", () => testRules(hostCases));
