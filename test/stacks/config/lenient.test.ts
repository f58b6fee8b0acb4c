import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseLeniently } from "../../../stacks/config/lenient";

describe("parsing leniently", () => {
  const schema = z.strictObject({ a: z.number().optional(), b: z.string() });

  test("leaves out what is wrong and may be left out", () => {
    expect(parseLeniently(schema, { a: "x", b: "y", c: 1 }, {})).toEqual({
      value: { b: "y" },
      problems: [
        { path: "a", message: "is invalid: expected number, received string" },
        { path: "c", message: "is not a known setting; check its spelling and place, or remove it" },
      ],
    });
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
