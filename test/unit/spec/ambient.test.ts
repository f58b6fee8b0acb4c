import { describe, expect, test } from "vitest";
import { type MeshSpec, validateMesh, warningsOf } from "../../../components";
import { cluster, mesh } from "../../support/specs";

const AMBIENT = { values: { profile: "ambient" } };
const messages = (spec: MeshSpec) => warningsOf(spec).map(({ path, message }) => `${path} ${message}`);

describe("ambient mode", () => {
  test.each([
    ["by a profile", AMBIENT],
    ["by a global one", { values: { global: { profile: "ambient" } } }],
    ["by istiod's environment", { values: { env: { PILOT_ENABLE_AMBIENT: "true" } } }],
    ["by a switch that is no text", { values: { pilot: { env: { PILOT_ENABLE_AMBIENT: true } } } }],
  ])("that is turned on %s is told in a mesh of several clusters, each where it is", (_, istiod) => {
    const spec = { clusters: [cluster(1), cluster(2, { istiod })] };
    expect(validateMesh(spec)).toEqual([]);
    expect(messages(spec)).toEqual([
      expect.stringMatching(
        /^clusters\[1\]\.istiod\.values turns ambient on in cluster2, of which nothing is set up between clusters/,
      ),
    ]);
  });

  test.each([
    ["of one cluster", mesh(1, { istiod: AMBIENT })],
    ["whose clusters do not see each other", mesh(2, { istiod: AMBIENT, links: [] })],
    ["that has none", mesh(2)],
  ])("is no word worth in a mesh %s", (_, spec) => {
    expect(messages(spec)).toEqual([]);
  });
});
