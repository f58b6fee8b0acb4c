import { describe, expect, it } from "vitest";
import { planMesh } from "../../../components/spec/mesh/plan";
import type { MeshSpec } from "../../../components/spec/types";
import { judge, strayEndpoints } from "../../../verify/checks/endpoints";
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
  return addresses.map((address) => ({ address, health: "healthy", connections: 0 }));
}

describe("the endpoints that a client should know", () => {
  it("are pods on its own network and gateways on others", () => {
    expect(expectedEndpoints(planMesh(SPEC), "a", SERVED)).toEqual([
      { observed: "a", endpoints: ["10.1.0.1:5000"], need: "all", byHostname: false },
      { observed: "b", endpoints: ["10.1.1.1:5000", "10.1.1.2:5000"], need: "all", byHostname: false },
      { observed: "c", endpoints: ["172.30.0.3:15443"], need: "one", byHostname: false },
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

  it("cannot be told where the gateway has a hostname", () => {
    const expected = expectedEndpoints(planMesh(SPEC), "a", served({ c: { gateway: ["lb.example.org"] } }));
    expect(expected.at(-1)).toEqual({ observed: "c", endpoints: [], need: "one", byHostname: true });
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
    const known = [{ address: "172.30.0.3:15443", health: "/failed_outlier_check", connections: 9 }];
    const { status, detail } = judge(known, far, PODS);
    expect(status).toBe("failed");
    expect(detail).toContain("/failed_outlier_check");
  });

  it("accepts any address but a pod's on 15443 for a gateway with a hostname", () => {
    const byName: ExpectedEndpoints = { ...far, endpoints: [], byHostname: true };
    expect(judge(healthy("203.0.113.9:15443"), byName, PODS).status).toBe("ok");
    expect(judge(healthy("10.2.0.1:5000"), byName, PODS).status).toBe("failed");
    expect(judge(healthy("203.0.113.9:443"), byName, PODS).status).toBe("failed");
  });

  it("shows strays, and only them", () => {
    const known = healthy("10.1.1.1:5000", "172.30.0.3:15443", "10.9.9.9:5000");
    expect(strayEndpoints(known, [near, far], PODS)).toEqual(["10.9.9.9:5000"]);
  });
});
