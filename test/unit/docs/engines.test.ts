import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minVersion, satisfies } from "semver";
import { expect, test } from "vitest";

const PROJECT = join(__dirname, "../../..");
const read = (file: string) => JSON.parse(readFileSync(join(PROJECT, file), "utf8")) as unknown;

interface Locked {
  readonly packages: Record<
    string,
    { readonly engines?: { readonly node?: string }; readonly dev?: boolean }
  >;
}

const { engines } = read("package.json") as { engines: { node: string } };
const oldest = minVersion(engines.node)?.version ?? "";

test("the oldest Node that is supported will do for every package", () => {
  const { packages } = read("package-lock.json") as Locked;
  const refusing = Object.entries(packages).flatMap(([path, { engines: own }]) =>
    own?.node === undefined || satisfies(oldest, own.node) ? [] : [`${path} wants ${own.node}`],
  );
  expect(refusing).toEqual([]);
});

test("the README names it", () => {
  const [major, minor] = oldest.split(".");
  expect(readFileSync(join(PROJECT, "README.md"), "utf8")).toMatch(
    new RegExp(`\\*\\*Node\\*\\*\\s+${major}\\.${minor} or newer`),
  );
});
