import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseLeniently } from "../../../stacks/config/lenient";

describe("parsing leniently", () => {
  const schema = z.strictObject({ a: z.number().optional(), b: z.string() });

  test("leaves out what is wrong and may be left out", () => {
    expect(parseLeniently(schema, { a: "x", b: "y", c: 1 }, {})).toEqual({
      value: { b: "y" },
      problems: [
        { path: "a", message: 'is the text "x"; it must be of type number' },
        { path: "c", message: "is not a known setting; check its spelling and place, or remove it" },
      ],
    });
  });

  test.each([
    [{ b: 1.31 }, "b", "is the number 1.31; it must be of type string, so put it in quotation marks"],
    [{ b: true }, "b", "is the boolean true; it must be of type string, so put it in quotation marks"],
    [{ b: null }, "b", "has nothing under it: give it a value, or remove it; it must be of type string"],
    [{ b: ["y"] }, "b", "is a list; it must be of type string"],
    [{ b: { c: 1 } }, "b", "has settings under it; it must be of type string"],
    [{ a: "2", b: "y" }, "a", 'is the text "2"; it must be of type number'],
  ])("tells what YAML made of it: %j", (raw, path, message) => {
    expect(parseLeniently(schema, raw, {}).problems).toEqual([{ path, message }]);
  });

  test("puts a stand-in where what is wrong is needed", () => {
    expect(parseLeniently(schema, { b: 1 }, { b: (index) => `b${index}` }).value).toEqual({ b: "b0" });
  });

  test("has no value when what is wrong is needed and nothing can stand in", () => {
    expect(parseLeniently(schema, { b: 1 }, {})).toEqual({
      problems: [{ path: "b", message: expect.any(String) }],
    });
  });
});
