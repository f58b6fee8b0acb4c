import * as debuggable from "@pulumi/pulumi/runtime/debuggable";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

/** The depth of a stack that is certainly deeper than what is kept of it. */
const DEPTH = 30;

// The SDK's types leave out what is for itself alone.
const { debuggablePromise } = debuggable as unknown as {
  debuggablePromise: (promise: Promise<unknown>, context: string) => Promise<unknown>;
};

const before = {
  prepareStackTrace: Error.prepareStackTrace?.bind(Error),
  stackTraceLimit: Error.stackTraceLimit,
};

/** How many frames a stack has below so many calls, when as many are asked for as the limit says. */
function framesBelow(depth: number, limit: number): number {
  if (depth > 0) return framesBelow(depth - 1, limit);
  Error.stackTraceLimit = limit;
  return new Error().stack?.split("\n").filter((line) => line.startsWith("    at ")).length ?? 0;
}

describe("the start of the program", () => {
  beforeEach(() => vi.resetModules());
  afterEach(() => {
    vi.unstubAllEnvs();
    Object.assign(Error, before);
  });

  test("keeps of the whole stacks that the SDK asks for with every resource what it needs", async () => {
    Error.prepareStackTrace = (_, frames) => ["Error", ...frames.map(() => "    at f (x.ts:1:1)")].join("\n");
    expect(framesBelow(DEPTH, Infinity)).toBeGreaterThan(DEPTH);
    await import("../../stacks/start.js");
    expect(framesBelow(DEPTH, Infinity)).toBe(6);
    expect(framesBelow(DEPTH, 10)).toBe(10);
  });

  test("maps no stack of the SDK's promises, unless those that never settle are looked for", async () => {
    let mapped = 0;
    Error.prepareStackTrace = (_, frames) => void (mapped += frames.length);
    await import("../../stacks/start.js");
    await debuggablePromise(Promise.resolve(), "x");
    expect(mapped).toBe(0);
    vi.stubEnv("PULUMI_DEBUG_PROMISE_LEAKS", "true");
    await debuggablePromise(Promise.resolve(), "x");
    expect(mapped).toBeGreaterThan(0);
  });

  test("leaves stacks alone where nobody maps them to sources", async () => {
    Object.assign(Error, { prepareStackTrace: undefined });
    await import("../../stacks/start.js");
    expect(Error).toHaveProperty("prepareStackTrace", undefined);
  });
});
