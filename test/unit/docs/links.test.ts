import { existsSync, globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const PROJECT = join(__dirname, "../../..");
const PAGES = ["README.md", "docs/**/*.md", "examples/*/*.md"].flatMap((pattern) =>
  globSync(pattern, { cwd: PROJECT }),
);

/** A page without its code blocks, in which nothing is a link or a heading. */
function textOf(file: string): string {
  return readFileSync(file, "utf8").replace(/^( *)```[^]*?^\1```/gm, "");
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(file: string): string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Links of a page that lead nowhere; other sites' are not tried. */
function deadLinks(page: string): string[] {
  const file = join(PROJECT, page);
  return [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = "", anchor] = target.split("#");
      const found = path === "" ? file : join(dirname(file), path);
      if (!existsSync(found)) return true;
      return anchor !== undefined && !anchorsOf(found).includes(anchor);
    });
}

describe("the documentation", () => {
  it.each(PAGES)("%s has no link that leads nowhere", (page) => {
    expect(deadLinks(page)).toEqual([]);
  });

  it("is found from the README, page by page", () => {
    const reached = new Set(["README.md"]);
    for (const page of reached) {
      for (const [, target = ""] of textOf(join(PROJECT, page)).matchAll(/\]\(([^)\s#]+\.md)[^)]*\)/g)) {
        if (!/^[a-z]+:/.test(target)) reached.add(relative(PROJECT, join(PROJECT, dirname(page), target)));
      }
    }
    expect(PAGES.filter((page) => page.startsWith("docs/") && !reached.has(page))).toEqual([]);
  });

  it("names every folder in the README's table, and no other", () => {
    const table = textOf(join(PROJECT, "README.md")).split("## Find your way")[1] ?? "";
    const named = [...table.matchAll(/^\| ([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]+)\/`/g)].map(([, folder = ""]) => folder),
    );
    const folders = readdirSync(PROJECT).filter(
      (name) =>
        !name.startsWith(".") &&
        !["node_modules", "dist"].includes(name) &&
        statSync(join(PROJECT, name)).isDirectory(),
    );
    expect(named.filter((folder) => !existsSync(join(PROJECT, folder)))).toEqual([]);
    expect(folders.filter((folder) => !named.some((name) => name.split("/")[0] === folder))).toEqual([]);
  });
});
