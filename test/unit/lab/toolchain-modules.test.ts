import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tools } from "../../../lab/toolchain/tools";

/** Modules of which a tool has versions of its own. What imports them then compiles twice. */
const exceptions: { modules: RegExp; tool: string; reason: string }[] = [
  {
    modules: /^k8s\.io\/|^sigs\.k8s\.io\/|^github\.com\/google\/(cel-go|gnostic-models)$/,
    tool: "istio",
    reason: "Istio requires the libraries of a newer Kubernetes than the lab runs",
  },
  {
    modules: /^github\.com\/pulumi\/pulumi\/(sdk|pkg)\/v3$/,
    tool: "pulumi",
    reason: "the plugins' code does not compile with the CLI's libraries",
  },
];

const everyLabsFolders = Object.values(tools).flatMap((tool) =>
  tool.recipe.kind === "go-build" && !("onDemand" in tool) ? [tool.folder] : [],
);

/** Version by module of what a go.mod requires. A replaced module counts in the version that replaces it. */
function requirements(folder: string): Map<string, string> {
  const text = readFileSync(join(__dirname, "../../../lab/toolchain", folder, "go.mod"), "utf8");
  const required = [...text.matchAll(/^(?:require|\t) ?(\S+) (v\S+)/gm)];
  const replaced = [...text.matchAll(/^(?:replace|\t) ?(\S+) => \1 (v\S+)/gm)];
  return new Map([...required, ...replaced].map(([, module, version]) => [module!, version!]));
}

test("the tools agree on the version of each module, so that its packages compile once", () => {
  const versions = new Map<string, Map<string, string[]>>();
  for (const folder of everyLabsFolders) {
    for (const [module, version] of requirements(folder)) {
      if (exceptions.some(({ modules, tool }) => tool === folder && modules.test(module))) continue;
      const of = versions.get(module) ?? new Map<string, string[]>();
      versions.set(module, of.set(version, [...(of.get(version) ?? []), folder]));
    }
  }
  const differing = [...versions].filter(([, of]) => of.size > 1);
  expect(differing.map(([module, of]) => [module, Object.fromEntries(of)])).toEqual([]);
  expect(versions.size).toBeGreaterThan(500);
});
