import { expect, test } from "vitest";
import { describeProblems } from "../../../stacks/mesh/problems";

test.each([
  [[{ path: "a", message: "is wrong" }], "app:mesh has a problem; nothing was touched:\n  - a is wrong"],
  [
    [
      { path: "", message: "is no map" },
      { path: "b[0]", message: "is wrong" },
    ],
    "app:mesh has 2 problems; nothing was touched:\n  - app:mesh is no map\n  - b[0] is wrong",
  ],
])("problems are told in one message (%#)", (problems, message) => {
  expect(describeProblems("app:mesh", problems)).toBe(message);
});
