import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { checkMesh } from "../../../stacks/config/read";

test("the README's config for a stack is right, but for a reader's own kubeconfig", () => {
  const readme = readFileSync(join(__dirname, "../../../README.md"), "utf8");
  const [, text = ""] = /```yaml\n(config:\n[^]*?)```/.exec(readme) ?? [];
  const { config } = parse(text) as { config: Record<string, unknown> };
  const { problems } = checkMesh(config["istio-multicluster:mesh"], () => false);
  expect(problems.filter(({ path }) => !/^clusters\[\d\]\.access$/.test(path))).toEqual([]);
});
