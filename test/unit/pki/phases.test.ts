import { describe, expect, test } from "vitest";
import {
  formatPosition,
  parsePosition,
  positionOf,
  refuseLeaving,
  refuseMove,
  refuseRecord,
  rolesOf,
  type SignerRecord,
  signerRecordOf,
} from "../../../components/pki/phases";
import type { RootPhase } from "../../../components/spec/types";

const PHASES: readonly RootPhase[] = ["stable", "trust-both", "sign-new", "drop-old"];

/** Every position of the first three roots. */
const POSITIONS = [1, 2, 3].flatMap((generation) =>
  PHASES.filter((phase) => generation > 1 || phase === "stable").map((phase) => `${generation}/${phase}`),
);

const refusal = (from: string, to: string) => refuseMove(parsePosition(from), parsePosition(to));

describe("a position", () => {
  test("of a mesh that says nothing is the first root, stable", () => {
    expect(positionOf()).toEqual({ generation: 1, phase: "stable" });
    expect(parsePosition(undefined)).toEqual(positionOf());
  });

  test.each(POSITIONS)("%s is read as it is written", (text) => {
    expect(formatPosition(parsePosition(text))).toBe(text);
  });

  test.each([
    ["1/stable", { kept: [1], trusted: [1], signer: 1 }],
    ["2/trust-both", { kept: [1, 2], trusted: [1, 2], signer: 1 }],
    ["2/sign-new", { kept: [1, 2], trusted: [1, 2], signer: 2 }],
    ["2/drop-old", { kept: [1, 2], trusted: [2], signer: 2 }],
    ["2/stable", { kept: [2], trusted: [2], signer: 2 }],
  ])("%s gives each root its role", (text, roles) => {
    expect(rolesOf(parsePosition(text))).toEqual(roles);
  });
});

describe("one cluster", () => {
  const allowed = new Set([
    "1/stable 2/trust-both",
    "2/trust-both 2/sign-new",
    "2/sign-new 2/drop-old",
    "2/drop-old 2/stable",
    "2/stable 3/trust-both",
    "3/trust-both 3/sign-new",
    "3/sign-new 3/drop-old",
    "3/drop-old 3/stable",
    // Back.
    "2/sign-new 2/trust-both",
    "2/drop-old 2/sign-new",
    "3/sign-new 3/trust-both",
    "3/drop-old 3/sign-new",
  ]);

  test("goes from phase to phase, or one back while both roots can be trusted, and nowhere else", () => {
    const moves = POSITIONS.flatMap((from) => POSITIONS.map((to) => [from, to] as const));
    const possible = moves.filter(([from, to]) => from !== to && refusal(from, to) === undefined);
    expect(possible.map((move) => move.join(" ")).sort()).toEqual([...allowed].sort());
  });

  test.each(POSITIONS)("may stay at %s", (position) => {
    expect(refusal(position, position)).toBeUndefined();
  });

  // What makes a move safe: whoever signs is trusted before and after, wherever the move has got to in each cluster.
  test.each([...allowed])("is understood by the others on the way: %s", (move) => {
    const [from, to] = move.split(" ").map((text) => rolesOf(parsePosition(text)));
    for (const roles of [from, to]) {
      expect(from?.trusted).toContain(roles?.signer);
      // The new root is trusted before it signs, which the record of trust-both has made sure of.
      expect(to?.trusted).toContain(to?.signer);
    }
  });

  test("is told which ways there are", () => {
    expect(refusal("2/trust-both", "2/drop-old")).toBe(
      "cannot go from root { generation: 2, phase: trust-both } to root { generation: 2, phase: drop-old } without breaking connections; " +
        "set ca.root to { generation: 2, phase: sign-new }, or keep { generation: 2, phase: trust-both }",
    );
    expect(refusal("2/sign-new", "2/stable")).toContain(
      "set ca.root to { generation: 2, phase: drop-old } or { generation: 2, phase: trust-both }",
    );
    expect(refusal("1/stable", "2/stable")).toContain("set ca.root to { generation: 2, phase: trust-both }");
  });
});

describe("the record of signers", () => {
  test.each([
    ["trust-both", { record: "either", when: "before" }],
    ["sign-new", { record: "new", when: "after" }],
    ["drop-old", { record: "new, old dropped", when: "before" }],
  ] as const)("is written in %s when it is true of every cluster", (phase, expected) => {
    expect(signerRecordOf(phase)).toEqual(expected);
  });

  const records: readonly SignerRecord[] = ["either", "new", "new, old dropped"];

  test("lets the old root go only once nothing is signed by it, and sign again only where all trust it", () => {
    const refused = [undefined, ...records].flatMap((from) =>
      records.filter((to) => refuseRecord(from, to) !== undefined).map((to) => `${from} -> ${to}`),
    );
    expect(refused).toEqual([
      "undefined -> new, old dropped",
      "either -> new, old dropped",
      "new, old dropped -> either",
    ]);
  });

  test("is refused with the way out", () => {
    expect(refuseRecord("either", "new, old dropped")).toMatch(
      /set ca.root.phase to sign-new and run pulumi up$/,
    );
    expect(refuseRecord("new, old dropped", "either")).toMatch(/only then go back to trust-both$/);
  });
});

describe("a mesh of several stacks leaves a position", () => {
  const leaving = (from: string | undefined, to: string, told: Record<string, string | undefined> = {}) =>
    refuseLeaving(
      from === undefined ? undefined : parsePosition(from),
      parsePosition(to),
      new Map(Object.entries(told)),
    );

  test("once every cluster has told that it is there", () => {
    expect(leaving("2/trust-both", "2/sign-new", { a: "2/trust-both", b: "2/trust-both" })).toBeUndefined();
    expect(leaving("1/stable", "2/trust-both", { a: "", b: "1/stable" })).toBeUndefined();
  });

  test.each([
    ["one that is behind", "2/sign-new", "2/drop-old", { a: "2/sign-new", b: "2/trust-both" }],
    // It may be ahead of what it told last: killed on the way to drop-old, of which it never told.
    [
      "one that did not come there, on the way back",
      "2/drop-old",
      "2/sign-new",
      { a: "2/drop-old", b: "2/sign-new" },
    ],
    ["one that was never deployed", "1/stable", "2/trust-both", { a: "", b: undefined }],
  ])("and not with %s", (_, from, to, told) => {
    expect(leaving(from, to, told)).toMatch(
      /^b has not come to root .* run pulumi up in the stacks of these/,
    );
  });

  test("to none but a neighbour, whatever clusters tell", () => {
    const refused = leaving("2/trust-both", "2/drop-old", { a: "2/trust-both" });
    expect(refused).toContain("the mesh cannot go from root { generation: 2, phase: trust-both }");
  });

  test("and keeps it without asking anybody", () => {
    expect(leaving("2/sign-new", "2/sign-new", { a: "2/trust-both" })).toBeUndefined();
  });

  test("that it never had only for one where nobody signs with a root that others lack", () => {
    expect(leaving(undefined, "1/stable")).toBeUndefined();
    expect(leaving(undefined, "3/trust-both")).toBeUndefined();
    expect(leaving(undefined, "2/sign-new")).toMatch(/yet to be made cannot begin with root .*remove phase/);
  });
});
