import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { removeTornAttributes, tornStacks } from "../../../ops/torn-attributes";

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

test("tornStacks names each stack with a torn description once, whatever is in its name", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "attributes-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const folder = join(stateDir, ".pulumi/stacks", PROJECT);
  mkdirSync(folder, { recursive: true });
  const parts = ["prod.links", "prod.cluster.a.json"];
  for (const stack of parts) {
    for (const end of ["json.zst", "json.zst.bak"]) writeFileSync(join(folder, `${stack}.${end}.attrs`), "");
  }
  writeFileSync(join(folder, "prod.trust.json.attrs"), "{}");
  writeFileSync(join(folder, "prod.trust.json"), "");
  expect((await tornStacks(stateDir, PROJECT)).sort()).toEqual(parts.sort());
});
