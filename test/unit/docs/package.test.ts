import { dirname, join } from "node:path";
import { globSync, readFileSync } from "node:fs";
import { satisfies } from "semver";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const PROJECT = join(__dirname, "../../..");
const FOLDER = "/app/node_modules/istio-multicluster";
const packageJson = readFileSync(join(PROJECT, "package.json"), "utf8");
const { dependencies, devDependencies, files, peerDependencies, scripts } = JSON.parse(packageJson) as Record<
  "dependencies" | "devDependencies" | "peerDependencies" | "scripts",
  Record<string, string>
> & { readonly files: readonly string[] };

/** The library's sources, by their paths. */
const SOURCES = new Map(
  globSync(["components/**/*.ts", "stacks/mesh/**/*.ts"], { cwd: PROJECT }).map((file) => [
    file,
    readFileSync(join(PROJECT, file), "utf8"),
  ]),
);

/** A program of another repository that has the package, as it is packed. */
const FILES: Readonly<Record<string, string>> = {
  [`${FOLDER}/package.json`]: packageJson,
  [`${FOLDER}/dist/components/index.d.ts`]: "",
  [`${FOLDER}/dist/stacks/mesh/library.d.ts`]: "",
};

const host: ts.ModuleResolutionHost = {
  fileExists: (file) => file in FILES,
  readFile: (file) => FILES[file],
  directoryExists: (folder) => Object.keys(FILES).some((file) => dirname(file).startsWith(folder)),
};

const { ModuleResolutionKind, ModuleKind } = ts;

describe("the package's types are found", () => {
  test.each([
    ["Pulumi's own template, which knows no exports", ModuleResolutionKind.Node10, ModuleKind.CommonJS],
    ["nodenext", ModuleResolutionKind.NodeNext, ModuleKind.NodeNext],
    ["a bundler", ModuleResolutionKind.Bundler, ModuleKind.ESNext],
  ])("by %s", (_, moduleResolution, module) => {
    const fileOf = (name: string) =>
      ts.resolveModuleName(name, "/app/index.ts", { moduleResolution, module }, host).resolvedModule
        ?.resolvedFileName;
    expect(fileOf("istio-multicluster")).toBe(`${FOLDER}/dist/components/index.d.ts`);
    expect(fileOf("istio-multicluster/mesh")).toBe(`${FOLDER}/dist/stacks/mesh/library.d.ts`);
  });
});

/** Pulumi's own template checks packages' declarations, without the `esModuleInterop` that zod's cannot do without. */
test("its declarations lead to none of zod's", () => {
  const declarations = [...SOURCES]
    .filter(([, source]) => source.includes('"zod"'))
    .map(([fileName, source]) => ts.transpileDeclaration(source, { fileName }).outputText);
  expect(declarations.length).toBeGreaterThan(0);
  expect(declarations.filter((text) => text.includes('"zod"'))).toEqual([]);
});

/** Two copies of CDK8s do not take each other's charts, nor two of Pulumi's SDK each other's types. */
test("what a program hands over is of the program's own packages", () => {
  const handed = ["@pulumi/pulumi", "cdk8s", "constructs"];
  expect(Object.keys(peerDependencies)).toEqual(handed);
  expect(handed.filter((name) => name in dependencies)).toEqual([]);
  const tried = (name: string) => devDependencies[name] ?? "";
  expect(handed.filter((name) => !satisfies(tried(name), peerDependencies[name] ?? ""))).toEqual([]);
});

test("whatever it imports comes with it", () => {
  const imported = [...SOURCES.values()].flatMap((source) =>
    [...source.matchAll(/(?:from |import\()"((?:@[\w-]+\/)?[\w-]+)[^":]*"/g)].map(([, name = ""]) => name),
  );
  expect(imported).toContain("@kubernetes/client-node");
  const missing = imported.filter((name) => !(name in dependencies) && !(name in peerDependencies));
  expect(missing).toEqual([]);
});

/** npm does nothing else for a package of a git repository, and installs one that has no code without a word. */
test("is built where it is installed from git", () => {
  expect(scripts["prepare"]).toBe("npm run build");
});

test("has the pages that its messages name", () => {
  const named = [...SOURCES.values()].flatMap((source) => source.match(/(?<![\w/])docs\/[\w/-]+\.md/g) ?? []);
  const packed = files.flatMap((pattern) => globSync(pattern, { cwd: PROJECT }));
  expect(named).toContain("docs/runbooks/air-gapped.md");
  expect(named.filter((page) => !packed.includes(page))).toEqual([]);
});

test("has the text of its licence", () => {
  expect(packageJson).toContain('"license": "Apache-2.0"');
  expect(readFileSync(join(PROJECT, "LICENSE"), "utf8")).toMatch(/Apache License\s+Version 2\.0/);
});
