import { describe, expect, it } from "vitest";
import {
  clusterAddresses,
  firstFreeIndex,
  labAddresses,
  loadBalancerAddresses,
  networkAddress,
} from "../../../lab/network/addresses";
import { namespaceName, namespacePrefix } from "../../../lab/network/namespaces";
import { checkSpec, defaultSpec } from "../../../lab/spec";

describe("address plan", () => {
  it("gives every cluster of every lab a public range of its own", () => {
    const ranges = new Set<string>();
    for (let slot = 0; slot < 8; slot += 1) {
      ranges.add(labAddresses(slot).host.replace(/\d+$/, "0/24"));
      for (let index = 1; index <= 62; index += 1) ranges.add(clusterAddresses(slot, { index }).publicCidr);
    }
    expect(ranges.size).toBe(8 * 63);
    for (const range of ranges) expect(range).toMatch(/^198\.1[89]\.\d{1,3}\.0\/24$/);
  });

  it.each([
    [0, 1, "198.18.1.1", "198.18.1.0/24"],
    [1, 3, "198.18.67.1", "198.18.67.0/24"],
    [4, 1, "198.19.1.1", "198.19.1.0/24"],
    [7, 62, "198.19.254.1", "198.19.254.0/24"],
  ])("slot %i, cluster %i: API server %s in %s", (slot, index, api, publicCidr) => {
    expect(clusterAddresses(slot, { index })).toMatchObject({ api, publicCidr });
  });

  it("gives clusters pod and service ranges that do not depend on the lab", () => {
    expect(clusterAddresses(5, { index: 9, ranges: 7, nodes: 2 })).toMatchObject({
      serviceCidr: "10.107.0.0/24",
      dns: "10.107.0.10",
      nodes: [
        { address: "10.7.0.1", podCidr: "10.7.0.0/24" },
        { address: "10.7.1.1", podCidr: "10.7.1.0/24" },
      ],
    });
  });

  it("keeps networks' addresses in the range of the lab's routers", () => {
    expect(networkAddress(1, 62)).toBe("198.18.64.72");
    expect(labAddresses(1)).toEqual({ range: "198.18.64.0/18", host: "198.18.64.1", hub: "198.18.64.2" });
  });

  it("leaves the API server's address out of what it gives away", () => {
    const balancers = loadBalancerAddresses("198.18.1.0/24");
    expect([balancers[0], balancers.at(-1), balancers.length]).toEqual(["198.18.1.10", "198.18.1.250", 241]);
  });

  it("reuses the number of what was removed and never moves the others", () => {
    expect(firstFreeIndex([])).toBe(1);
    expect(firstFreeIndex([1, 3])).toBe(2);
    expect(firstFreeIndex([2, 1, 3])).toBe(4);
  });
});

describe("namespace names", () => {
  it("cannot be taken for those of a lab whose name begins alike", () => {
    expect(namespaceName.hub("a-b").startsWith(namespacePrefix("a"))).toBe(false);
  });
});

describe("lab spec", () => {
  it("has three clusters on three networks by default, of which two have the same pod and service ranges", () => {
    expect(defaultSpec("dev").clusters).toEqual([
      { name: "cluster1", network: "network1" },
      { name: "cluster2", network: "network2", ranges: 1 },
      { name: "cluster3", network: "network3" },
    ]);
    expect(defaultSpec("dev", 2, "one").clusters.map(({ network }) => network)).toEqual(["one", "one"]);
  });

  it("reports every problem at once", () => {
    const spec = {
      name: "Dev",
      clusters: [
        { name: "a", network: "n_1" },
        { name: "a", network: "n1" },
      ],
    };
    expect(() => checkSpec(spec)).toThrow(
      /name: "Dev"[^]*clusters\[0\]\.network: "n_1"[^]*clusters\[1\]\.name: a is/,
    );
  });

  it("refuses more clusters than the address range holds", () => {
    expect(() => checkSpec(defaultSpec("dev", 63))).toThrow("at most 62");
    expect(() => checkSpec(defaultSpec("dev", 62))).not.toThrow();
  });
});
