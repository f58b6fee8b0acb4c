import { describe } from "vitest";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, database, links, mesh, withDatabase } from "../../support/specs";

const oneNetwork = { clusters: [1, 2, 3].map((index) => cluster(index, { network: "network1" })) };
const settingServices = { values: { meshConfig: { serviceSettings: [] } } };
const local = (...clusterLocal: string[]) => mesh(1, { clusterLocal });

const cases: Record<string, RuleCase> = {
  "a headless service that another network calls": {
    bad: withDatabase({ headless: true }),
    path: "services[0].headless",
    message:
      "is true, so clients of cluster1, cluster3, on another network, get no addresses (istio/istio#38327)",
    good: withDatabase({ headless: true }, { ...oneNetwork, dnsCapture: true }),
  },
  "a headless service of several clusters, each on its own network": {
    bad: withDatabase({ headless: true, clusters: ["cluster1", "cluster2", "cluster3"] }),
    path: "services[0].headless",
    message: "use a Service with a ClusterIP",
    good: withDatabase({ headless: true }, { links: links("cluster2>cluster1") }),
  },
  "names that nothing resolves": {
    bad: withDatabase({}, { serviceStubs: false }),
    path: "serviceStubs",
    message: "is false, but no proxy answers DNS queries either",
    good: withDatabase({}, { serviceStubs: false, dnsCapture: true }),
  },
  "a headless service that another cluster of its network cannot resolve": {
    bad: withDatabase({ headless: true }, oneNetwork),
    path: "services[0].headless",
    message: "is true, so the DNS of cluster1, cluster3 has no addresses for it; set dnsCapture: true",
    good: withDatabase({ headless: true, clusters: ["cluster1", "cluster2", "cluster3"] }, oneNetwork),
  },
  "a service without sidecars that another network calls": {
    bad: withDatabase({ injected: false }),
    path: "services[0].injected",
    message:
      "Istio drops its endpoints for clients of cluster1, cluster3, on another network (istio/istio#28798)",
    good: withDatabase({ injected: false }, oneNetwork),
  },
  "a service of an unknown cluster": {
    bad: withDatabase({ clusters: ["cluster2", "cluster9"] }),
    path: "services[0].clusters[1]",
    message: '"cluster9" is not a cluster of this mesh',
    good: withDatabase({ clusters: ["cluster2", "cluster3"] }),
  },
  "a service that runs nowhere": {
    bad: withDatabase({ clusters: [] }),
    path: "services[0].clusters",
    message: "is empty; name the clusters",
    good: withDatabase({}),
  },
  "a cluster named twice": {
    bad: withDatabase({ clusters: ["cluster2", "cluster2"] }),
    path: "services[0].clusters[1]",
    message: "cluster2 is there already; name it once",
    good: withDatabase({ clusters: ["cluster2"] }),
  },
  "a service listed twice": {
    bad: mesh(2, { services: [database(), database({ clusters: ["cluster1"] })] }),
    path: "services[1]",
    message: "shop/db is already services[0]; list it once, with all of its clusters",
    good: mesh(2, { services: [database(), database({ namespace: "shop2", clusters: ["cluster1"] })] }),
  },
  "a service without ports": {
    bad: withDatabase({ ports: [] }),
    path: "services[0].ports",
    message: "is empty; list the ports",
    good: withDatabase({ ports: [{ name: "http", port: 80 }] }),
  },
  "a port number given twice": {
    bad: withDatabase({
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 80 },
      ],
    }),
    path: "services[0].ports[1].port",
    message: "80 is already that of ports[0]; give each port its own",
    good: withDatabase({
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 81 },
      ],
    }),
  },
  "a name that is no label": {
    bad: withDatabase({ name: "db.eu" }),
    path: "services[0].name",
    message: "is not a DNS-1123 label",
    good: withDatabase({ name: "db-eu" }),
  },
  "a service that is cluster-local as well": {
    bad: withDatabase({}, { clusterLocal: ["*.shop.svc.cluster.local"] }),
    path: "services[0]",
    message:
      "is db.shop.svc.cluster.local, which no other cluster reaches: clusterLocal has *.shop.svc.cluster.local; remove",
    good: withDatabase({}, { clusterLocal: ["*.shop2.svc.cluster.local"] }),
  },
  "a service that Istio keeps within each cluster": {
    bad: withDatabase({ namespace: "kube-system" }),
    path: "services[0]",
    message: "Istio keeps *.kube-system.svc.cluster.local within each cluster; remove it here",
    good: withDatabase({ namespace: "default" }),
  },
  "a service that the listed hosts of a gateway leave out": {
    bad: withDatabase({}, { gateway: { hosts: ["*.other.svc.cluster.local"] } }),
    path: "services[0].clusters[0]",
    message:
      "is cluster2, whose gateway.hosts (*.other.svc.cluster.local) leave out db.shop.svc.cluster.local, so cluster1, cluster3 would get no answer",
    good: withDatabase({}, { gateway: { hosts: ["*.other.svc.cluster.local", "*.shop.svc.cluster.local"] } }),
  },
  "an export of nothing": {
    bad: mesh(2, { services: [] }),
    path: "services",
    message: "is empty, so gateways would lead nowhere",
    good: mesh(2, { services: [], sampleApps: { helloworld: {} } }),
  },
  "cluster-local hosts beside Helm values that replace them": {
    bad: mesh(1, { clusterLocal: ["*.svc.cluster.local"], istiod: settingServices }),
    path: "clusterLocal",
    message:
      "has no effect in cluster1, where istiod.values.meshConfig.serviceSettings replaces it; keep one",
    good: mesh(1, { istiod: settingServices }),
  },
  "a cluster-local host that is short": {
    bad: local("db.shop"),
    path: "clusterLocal[0]",
    message: '"db.shop" is no host of a Service to Istio; write <name>.<namespace>.svc.cluster.local',
    good: local("db.shop.svc.cluster.local"),
  },
  "a cluster-local host with a star in the middle": {
    bad: local("db.*.svc.cluster.local"),
    path: "clusterLocal[0]",
    message: "is no host",
    good: local("*.shop.svc.cluster.local"),
  },
  "a cluster-local host given twice": {
    bad: local("*.svc.cluster.local", "*.svc.cluster.local"),
    path: "clusterLocal[1]",
    message: "is already clusterLocal[0]; remove it",
    good: local("*.svc.cluster.local"),
  },
};

describe("validateMesh reports of services", () => testRules(cases));
