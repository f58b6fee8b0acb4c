import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { removeTornAttributes } from "../../../ops/torn-attributes";

const PROJECT = "istio-multicluster";

describe("removeTornAttributes", () => {
  let stateDir: string;
  const file = (name: string) => join(stateDir, ".pulumi/stacks/istio-multicluster", name);

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "attributes-"));
    mkdirSync(file(""), { recursive: true });
    writeFileSync(file("dev.json"), "{}");
  });
  afterEach(() => rmSync(stateDir, { recursive: true }));

  test.each([
    ["empty", ""],
    ["cut off", '{"user.cache_control":"","user.con'],
  ])("removes a description that is %s, and nothing else", async (_, text) => {
    writeFileSync(file("dev.json.attrs"), text);
    writeFileSync(file("other.json.attrs"), "{}");
    expect(await removeTornAttributes(stateDir, PROJECT, "dev")).toEqual([
      "removed the torn file .pulumi/stacks/istio-multicluster/dev.json.attrs",
    ]);
    expect(existsSync(file("dev.json.attrs"))).toBe(false);
    expect(existsSync(file("other.json.attrs"))).toBe(true);
    expect(existsSync(file("dev.json"))).toBe(true);
  });

  test.each(["other.json.attrs", "dev.json.json.attrs", "dev2.json.attrs", "../elsewhere/dev.json.attrs"])(
    "leaves %s alone, which is of another stack",
    async (name) => {
      mkdirSync(file("../elsewhere"));
      writeFileSync(file(name), "");
      expect(await removeTornAttributes(stateDir, PROJECT, "dev")).toEqual([]);
      expect(existsSync(file(name))).toBe(true);
    },
  );

  test.each(["dev.json.gz.attrs", "dev.json.bak.attrs", "../dev.json.attrs"])(
    "removes %s, which is of this stack",
    async (name) => {
      writeFileSync(file(name), "");
      expect(await removeTornAttributes(stateDir, PROJECT, "dev")).toHaveLength(1);
      expect(existsSync(file(name))).toBe(false);
    },
  );

  test("leaves a state alone that it cannot read, which is not its matter", async () => {
    writeFileSync(file("dev.json"), "");
    expect(await removeTornAttributes(stateDir, PROJECT, "dev")).toEqual([]);
    expect(existsSync(file("dev.json"))).toBe(true);
  });

  test("has nothing to do where there is no state yet", async () => {
    expect(await removeTornAttributes(join(stateDir, "none"), PROJECT, "dev")).toEqual([]);
  });
});
