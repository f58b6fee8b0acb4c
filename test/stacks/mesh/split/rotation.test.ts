import { describe, expect, test } from "vitest";
import type { RootSpec } from "../../../../components";
import { LOAD_BALANCER } from "../../../support/deploy";
import { deployFleet, deployOne, fullName, type Told } from "../../../support/fleet";
import { find } from "../../../support/components";
import { mesh } from "../../../support/specs";

const inPhase = (root: RootSpec) => mesh(2, { ca: { root } });
const TRUST_BOTH: RootSpec = { generation: 2, phase: "trust-both" };

const phaseOf = ({ metadata }: Record<string, unknown>) =>
  (metadata as { annotations?: Record<string, string> }).annotations?.["istio-multicluster/root-phase"];

describe("a root that rotates over several stacks", () => {
  test("is at the position that the stack which signs remembers, and moves by a hook alone", async () => {
    const { registrations } = await deployOne(inPhase(TRUST_BOTH), "trust", LOAD_BALANCER, {});
    const { inputs, hooks } = find(registrations, "root-position");
    expect(inputs).toEqual({ input: "2/trust-both" });
    expect(hooks).toEqual(["root-position-order", "root-position-order"]);
    // Records of one stack that sees all clusters have no place here.
    expect(registrations.filter(({ name }) => name.startsWith("root-2-"))).toEqual([]);
  });

  test("reaches a cluster with its CA, and not by the config alone", async () => {
    const told: Told = {};
    await deployFleet(mesh(2), LOAD_BALANCER, told);
    const before = await deployOne(inPhase(TRUST_BOTH), "cluster/cluster1", LOAD_BALANCER, told);
    expect(phaseOf(find(before.registrations, "cluster1-cacerts").inputs)).toBeUndefined();
    await deployOne(inPhase(TRUST_BOTH), "trust", LOAD_BALANCER, told);
    const after = await deployOne(inPhase(TRUST_BOTH), "cluster/cluster1", LOAD_BALANCER, told);
    expect(phaseOf(find(after.registrations, "cluster1-cacerts").inputs)).toBe("2/trust-both");
    expect(told[fullName("cluster/cluster1")]?.["rootPhase"]).toBe("2/trust-both");
    expect(told[fullName("cluster/cluster2")]?.["rootPhase"]).toBe("");
  });
});
