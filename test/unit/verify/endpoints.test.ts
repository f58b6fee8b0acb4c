import { describe, expect, it } from "vitest";
import { planMesh } from "../../../components/spec/mesh/plan";
import type { MeshSpec } from "../../../components/spec/types";
import { judgeKnownGateways } from "../../../verify/checks/endpoints";
import { judgeEndpoints as judge, strayEndpoints } from "../../../verify/judge-endpoints";
import type { EnvoyEndpoint } from "../../../verify/envoy";
import {
  type ExpectedEndpoints,
  expectedEndpoints,
  type ServedAddresses,
} from "../../../verify/expected-endpoints";

const SPEC: MeshSpec = {
  clusters: [
    { name: "a", network: "n1" },
    { name: "b", network: "n1" },
    { name: "c", network: "n2" },
  ],
  sampleApps: { helloworld: { a: ["v1"], b: ["v1"], c: ["v2"] } },
};

const SERVED = new Map<string, ServedAddresses>([
  ["a", { pods: ["10.1.0.1"], gateway: ["172.30.0.1"] }],
  ["b", { pods: ["10.1.1.1", "10.1.1.2"], gateway: ["172.30.0.2"] }],
  ["c", { pods: ["10.2.0.1"], gateway: ["172.30.0.3"] }],
]);

const PODS = new Set(["10.1.0.1:5000", "10.1.1.1:5000", "10.1.1.2:5000", "10.2.0.1:5000"]);

function served(changes: Record<string, Partial<ServedAddresses>>): Map<string, ServedAddresses> {
  return new Map([...SERVED].map(([name, value]) => [name, { ...value, ...changes[name] }]));
}

function healthy(...addresses: string[]): EnvoyEndpoint[] {
  return addresses.map((address) => ({ address, health: "healthy", connections: 0, failures: 0 }));
}

describe("the endpoints that a client should know", () => {
  it("are pods on its own network and gateways on others", () => {
    expect(expectedEndpoints(planMesh(SPEC), "a", SERVED)).toEqual([
      { observed: "a", endpoints: ["10.1.0.1:5000"], need: "all" },
      { observed: "b", endpoints: ["10.1.1.1:5000", "10.1.1.2:5000"], need: "all" },
      { observed: "c", endpoints: ["172.30.0.3:15443"], need: "one" },
    ]);
  });

  it("leave out clusters that are not observed or run no helloworld", () => {
    const plan = planMesh({
      ...SPEC,
      links: [{ observer: "a", observed: "c" }],
      sampleApps: { helloworld: { b: ["v1"], c: ["v2"] } },
    });
    expect(expectedEndpoints(plan, "a", SERVED).map(({ observed }) => observed)).toEqual(["c"]);
  });

  it("take another gateway of the network where the cluster has none", () => {
    const [first, second, third] = SPEC.clusters;
    const plan = planMesh({
      ...SPEC,
      clusters: [{ ...first!, gateway: { enabled: false } }, second!, third!],
    });
    const forA = expectedEndpoints(plan, "c", SERVED).find(({ observed }) => observed === "a");
    expect(forA?.endpoints).toEqual(["172.30.0.2:15443"]);
  });

  it("are written as Envoy does for IPv6", () => {
    const expected = expectedEndpoints(planMesh(SPEC), "a", served({ c: { gateway: ["fd00::3"] } }));
    expect(expected.at(-1)?.endpoints).toEqual(["[fd00::3]:15443"]);
  });
});

describe("what a proxy knows of a cluster", () => {
  const [, near, far] = expectedEndpoints(planMesh(SPEC), "a", SERVED) as [
    ExpectedEndpoints,
    ExpectedEndpoints,
    ExpectedEndpoints,
  ];

  it("is right with every pod, or with the gateway", () => {
    expect(judge(healthy("10.1.1.1:5000", "10.1.1.2:5000"), near, PODS).status).toBe("ok");
    expect(judge(healthy("172.30.0.3:15443"), far, PODS)).toEqual({
      status: "ok",
      detail: "172.30.0.3:15443",
    });
  });

  it("is wrong when a pod is missing", () => {
    const { status, detail } = judge(healthy("10.1.1.1:5000"), near, PODS);
    expect(status).toBe("failed");
    expect(detail).toContain("10.1.1.2:5000");
    expect(detail).not.toContain("10.1.1.1:5000");
  });

  it("is wrong when another network is reached by pod address, and says why", () => {
    const { status, detail } = judge(healthy("10.2.0.1:5000"), far, PODS);
    expect(status).toBe("failed");
    expect(detail).toContain("topology.istio.io/network");
  });

  it("is wrong when the gateway's address is there on another port", () => {
    expect(judge(healthy("172.30.0.3:15012"), far, PODS).status).toBe("failed");
  });

  it("is wrong when it is there but not healthy", () => {
    const known = [
      { address: "172.30.0.3:15443", health: "/failed_outlier_check", connections: 9, failures: 9 },
    ];
    const { status, detail } = judge(known, far, PODS);
    expect(status).toBe("failed");
    expect(detail).toContain("/failed_outlier_check");
  });

  it("shows strays, and only them", () => {
    const known = healthy("10.1.1.1:5000", "172.30.0.3:15443", "10.9.9.9:5000");
    expect(strayEndpoints(known, [near, far])).toEqual(["10.9.9.9:5000"]);
  });
});

describe("what an istiod knows of gateways", () => {
  const peer = planMesh(SPEC).clusters[2]!;
  const known = (changes: object = {}) => [
    { network: "n2", cluster: "c", address: "198.51.100.3", port: 15443, ...changes },
  ];

  it("is right by address, or by what it resolves a host name to", () => {
    expect(judgeKnownGateways(known(), ["198.51.100.3"], "a", peer).status).toBe("ok");
    expect(judgeKnownGateways(known(), ["lb.example.org"], "a", peer).status).toBe("ok");
  });

  it("is wrong for another address, network or cluster, and where there is none", () => {
    expect(judgeKnownGateways(known(), ["198.51.100.4"], "a", peer).status).toBe("failed");
    expect(judgeKnownGateways(known({ network: "n9" }), ["lb.example.org"], "a", peer).status).toBe("failed");
    expect(judgeKnownGateways(known({ cluster: "b" }), ["lb.example.org"], "a", peer).status).toBe("failed");
    expect(judgeKnownGateways([], ["lb.example.org"], "a", peer).detail).toContain("lb.example.org");
  });
});
