import { expect, test } from "vitest";
import { type MeshSpec, planMesh, validateMesh } from "../../components";

/** A spec with one fault, where it is reported, a part of the message, and the same spec without the fault. */
export interface RuleCase {
  readonly bad: MeshSpec;
  readonly path: string;
  readonly message: string;
  readonly good: MeshSpec;
}

/** One test per case: the fault is reported, and it alone; its passing twin has no problem and can be planned. */
export function testRules(cases: Record<string, RuleCase>): void {
  test.each(Object.entries(cases))("%s, and only that", (_, { bad, path, message, good }) => {
    expect(validateMesh(bad)).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(validateMesh(good)).toEqual([]);
    expect(() => planMesh(good)).not.toThrow();
  });
}
