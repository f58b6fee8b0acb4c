import { describe, expect, test } from "vitest";
import { importProblems, type ServiceImportRequest } from "../../../components/objects/service-import-rules";

const REQUEST: ServiceImportRequest = {
  host: "helloworld.sample.svc.cluster.local",
  namespace: "sample",
  ports: [{ name: "http", port: 5000 }],
  endpoints: [{ cluster: "cluster2", addresses: ["192.0.2.2"] }],
  subjectAltNames: ["spiffe://cluster.local/ns/sample/sa/helloworld"],
  anyIdentity: false,
  stub: false,
};

const GATEWAY = { cluster: "cluster2", addresses: ["lb.example"] };

/** What is wrong with an import that differs so from a sound one, and where. */
const problemsOf = (changes: Partial<ServiceImportRequest>) =>
  importProblems({ ...REQUEST, ...changes }).map(({ path, message }) => `${path} ${message}`);

describe("an import", () => {
  test.each<[string, Partial<ServiceImportRequest>]>([
    ["of a Service's host from IP addresses", {}],
    ["with a stub", { stub: true }],
    ["from anybody", { subjectAltNames: [], anyIdentity: true }],
    ["from a gateway with a host name", { endpoints: [{ ...GATEWAY, addressType: "hostname" }] }],
    ["beside pods of its own", { host: "hello.shop.internal", workloadSelector: { app: "a" } }],
    ["with failover", { failover: { failoverPriority: ["topology.kubernetes.io/region"] } }],
  ])("%s is sound", (_, changes) => {
    expect(problemsOf(changes)).toEqual([]);
  });

  test.each<[string, Partial<ServiceImportRequest>, string]>([
    ["without identities", { subjectAltNames: [] }, "subjectAltNames is missing, so every workload"],
    [
      "with identities and any",
      { anyIdentity: true },
      "anyIdentity is true, but subjectAltNames lists identities",
    ],
    ["without ports", { ports: [] }, "ports is empty"],
    ["from nowhere", { endpoints: [] }, "endpoints is empty"],
    ["without a gateway", { endpoints: [{ ...GATEWAY, addresses: [] }] }, "endpoints[0].addresses is empty"],
    [
      "from another kind of address",
      { endpoints: [{ ...GATEWAY, addressType: "dns" }] },
      'endpoints[0].addressType is "dns"; use ip or hostname',
    ],
    [
      "from a gateway with a host name beside pods of its own",
      { endpoints: [{ ...GATEWAY, addressType: "hostname" }], workloadSelector: { app: "a" } },
      "endpoints[0].addressType is hostname, and beside pods",
    ],
    [
      "with a stub that no Service can be",
      { stub: true, host: "hello.shop.internal" },
      "stub is true, but no Service",
    ],
    [
      "with a stub in another namespace",
      { stub: true, namespace: "other" },
      "no Service of namespace other is called",
    ],
    [
      "of a TLS port, with a stub, from a gateway with a host name",
      {
        stub: true,
        ports: [{ name: "tls-db", port: 5432 }],
        endpoints: [{ ...GATEWAY, addressType: "hostname" }],
      },
      "ports[0].name is tls-db, a port that clients encrypt by themselves, which no route leads from a stub",
    ],
    [
      "in an order by cluster",
      { failover: { failoverPriority: ["topology.istio.io/cluster=cluster2"] } },
      "failover.failoverPriority has topology.istio.io/cluster",
    ],
    [
      "with failover that means nothing",
      { failover: { failoverPriority: [] } },
      "failover.failoverPriority is empty",
    ],
  ])("%s is refused", (_, changes, message) => {
    expect(problemsOf(changes)).toEqual([expect.stringContaining(message)]);
  });
});
