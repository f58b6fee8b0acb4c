import { describe, expect, test } from "vitest";
import { formatRoots, type MeshRoots, refuseExchange } from "../../../components/pki/exchange";

const roots = (trusted: string, signers: string, signer = signers.charAt(0)): MeshRoots => ({
  trusted: [...trusted],
  signers: [...signers],
  signer,
});
const move = (from: MeshRoots, to: MeshRoots) => refuseExchange(formatRoots(from), to);

describe("roots that were made elsewhere", () => {
  test.each([
    ["stay", roots("A", "A"), roots("A", "A")],
    ["grow", roots("A", "A"), roots("AB", "A")],
    ["sign anew, all at once or one by one, once all are trusted", roots("AB", "A"), roots("AB", "AB", "B")],
    ["sign anew, the last one", roots("AB", "AB", "A"), roots("AB", "B")],
    ["shrink once nobody is under the old one", roots("AB", "B"), roots("B", "B")],
    ["go back to the old one while both are trusted", roots("AB", "B"), roots("AB", "A")],
  ])("may %s", (_, from, to) => {
    expect(move(from, to)).toBeUndefined();
  });

  test.each([
    ["be swapped", roots("A", "A"), roots("B", "B"), "does not trust root B yet"],
    ["sign as soon as they are added", roots("A", "A"), roots("AB", "B"), "does not trust root B yet"],
    [
      "sign for another cluster as soon as they are added",
      roots("A", "A"),
      roots("AB", "AB", "A"),
      "does not trust root B yet",
    ],
    [
      "go while they sign",
      roots("AB", "A"),
      roots("B", "B"),
      "has its certificates from root A, which nobody",
    ],
    ["come and go at once", roots("AB", "A"), roots("AC", "A"), "would trust root C instead of root B"],
  ])("must not %s", (_, from, to, refusal) => {
    expect(move(from, to)).toContain(refusal);
  });

  test("of a cluster that says nothing of them are not judged", () => {
    expect(refuseExchange(undefined, roots("B", "B"))).toBeUndefined();
  });
});
