import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { expect, test } from "vitest";
import { READER_PERMISSIONS, type ReaderPermission } from "../../../components/spec/readers/permissions";

const DOCUMENT = join(__dirname, "../../../docs/reader-permissions.md");
const HEADING = "## The permissions\n";

/** The rest of the document is written by hand. */
test("docs/reader-permissions.md lists every permission with its reason; `vitest run -u` writes it", async () => {
  const document = await readFile(DOCUMENT, "utf8");
  const [before = ""] = document.split(HEADING);
  const table = await format(`${before}${HEADING}\n${permissionTable()}`, {
    parser: "markdown",
    printWidth: 110,
  });
  await expect(table).toMatchFileSnapshot(DOCUMENT);
});

function permissionTable(): string {
  const header = ["Resource", "Verbs", "Where", "For", "Given"];
  const rows = [header, header.map(() => "---"), ...READER_PERMISSIONS.map(cells)];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cells({
  apiGroup,
  resources,
  resourceNames,
  verbs,
  scope,
  feature,
  when,
}: ReaderPermission): string[] {
  const names = resources.map((resource) => `\`${apiGroup === "" ? resource : `${resource}.${apiGroup}`}\``);
  const only = resourceNames ? ` named ${resourceNames.map((name) => `\`${name}\``).join(", ")}` : "";
  return [`${names.join(", ")}${only}`, verbs.join(", "), scope, feature, when];
}
