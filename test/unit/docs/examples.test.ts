import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { checkMesh } from "../../../stacks/config/read";

const PROJECT = join(__dirname, "../../..");

/** A fresh clone has no compiler to build with, and a link to it would bring a second copy of Pulumi's SDK into the program. */
test.each(globSync("examples/*/", { cwd: PROJECT }))(
  "%s says how it is installed from a fresh clone",
  (example) => {
    const text = (file: string) => readFileSync(join(PROJECT, example, file), "utf8");
    expect(text("README.md")).toContain("```sh\nnpm --prefix ../.. ci && npm install\n");
    expect(text(".npmrc")).toContain("install-links=true\n");
  },
);

test("the README's config for a stack is right, but for a reader's own kubeconfig", () => {
  const readme = readFileSync(join(PROJECT, "README.md"), "utf8");
  const [, text = ""] = /```yaml\n(config:\n[^]*?)```/.exec(readme) ?? [];
  const { config } = parse(text) as { config: Record<string, unknown> };
  const { problems } = checkMesh(config["istio-multicluster:mesh"], () => false);
  expect(problems.filter(({ path }) => !/^clusters\[\d\]\.access$/.test(path))).toEqual([]);
});
