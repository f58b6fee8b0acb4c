import { describe } from "vitest";
import type { LocalityFailoverSpec, MeshSpec } from "../../../components";
import { testRules } from "../../support/rules";
import { mesh } from "../../support/specs";

const withFailover = (failover: LocalityFailoverSpec): MeshSpec =>
  mesh(2, { sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] }, failover } });

/** Settings with one fault, where it is reported below `sampleApps.failover`, and the same without the fault. */
const rows: Record<string, [LocalityFailoverSpec, string, string, LocalityFailoverSpec]> = {
  "failover beside distribute": [
    { failover: [{ from: "a", to: "b" }], distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
    "",
    "sets failover and distribute: with distribute Istio never fails over; keep one of them",
    { failover: [{ from: "a", to: "b" }] },
  ],
  "a priority beside distribute, which Istio would ignore": [
    { failoverPriority: ["x"], distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
    "",
    "sets failoverPriority and distribute: with distribute",
    { distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
  ],
  "a priority beside regions": [
    { failoverPriority: ["x"], failover: [{ from: "a", to: "b" }] },
    "",
    "sets failoverPriority and failover: Istio's API takes one of them; keep one",
    { failoverPriority: ["x"] },
  ],
  "an empty priority": [
    { failoverPriority: [] },
    ".failoverPriority",
    "is empty; list something, or leave it out",
    {},
  ],
  "a region that leads to itself": [
    {
      failover: [
        { from: "a", to: "b" },
        { from: "b", to: "b" },
      ],
    },
    ".failover[1]",
    "leads from b to itself; name another region",
    {
      failover: [
        { from: "a", to: "b" },
        { from: "b", to: "a" },
      ],
    },
  ],
  "a zone in place of a region": [
    { failover: [{ from: "a/1", to: "b" }] },
    ".failover[0]",
    '"a/1" is not a region; leave zones and "*" out',
    { failover: [{ from: "a", to: "b" }] },
  ],
  "shares that are not 100 in all": [
    { distribute: [{ from: "a/*", to: { "a/*": 80, "b/*": 10 } }] },
    ".distribute[0].to",
    "has the weights 80, 10; give whole percentages above 0, 100 in all",
    { distribute: [{ from: "a/*", to: { "a/*": 80, "b/*": 20 } }] },
  ],
  "a share of nothing": [
    { distribute: [{ from: "a/*", to: { "a/*": 100, "b/*": 0 } }] },
    ".distribute[0].to",
    "has the weights 100, 0",
    { distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
  ],
  "outlier detection that counts nothing": [
    { outlierDetection: { consecutive5xxErrors: 0, consecutiveGatewayErrors: 0 } },
    ".outlierDetection",
    "counts no errors, so no endpoint is ever left out; let one of the two counts be above 0",
    { outlierDetection: { consecutive5xxErrors: 0 } },
  ],
};

describe("validateMesh reports of failover", () =>
  testRules(
    Object.fromEntries(
      Object.entries(rows).map(([name, [bad, path, message, good]]) => [
        name,
        { bad: withFailover(bad), path: `sampleApps.failover${path}`, message, good: withFailover(good) },
      ]),
    ),
  ));
