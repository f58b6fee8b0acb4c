import {
  type AnswerMatrix,
  CHECK_NAMES,
  type CheckName,
  type CheckResult,
  type CheckStatus,
  type ClientAnswers,
  type VerifyReport,
} from "./report";
import { table } from "./table";

/** How a status looks in a table: a failure has to catch the eye. */
const CELL: Readonly<Record<CheckStatus, string>> = { ok: "ok", failed: "FAILED", skipped: "skipped" };

/** A report for people: the checks per cluster and pair, what failed and how to mend it, and who answered whom. */
export function renderReport(report: VerifyReport): string {
  const { checks, answers } = report;
  return [
    checksTable(checks),
    remarks("Failed:", checks, "failed"),
    remarks("Skipped:", checks, "skipped"),
    remarks("Not for long:", checks, "ok", ({ warning }) => warning),
    answersTable("Answers by version, per client cluster:", answers, {
      countsOf: (row) => row.byVersion,
      expectedOf: (row) => row.expectedVersions.join(row.anyOf ? " or " : ", "),
    }),
    answersTable("Answers by cluster, per client cluster:", answers, {
      countsOf: (row) => row.byCluster,
      expectedOf: (row) => row.expectedClusters.join(", ") || "any",
    }),
    verdict(report),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A row per cluster and per pair, a column per check. */
function checksTable(checks: readonly CheckResult[]): string {
  const names = CHECK_NAMES.filter((name) => checks.some(({ check }) => check === name));
  const alone = checks.filter(({ peer }) => peer === undefined).map(pairOf);
  const linked = checks.filter(({ peer }) => peer !== undefined).map(pairOf);
  const cell = (pair: string, name: CheckName) => {
    const found = checks.find((row) => row.check === name && pairOf(row) === pair);
    return found === undefined ? "-" : CELL[found.status];
  };
  const pairs = [...new Set([...alone, ...linked])];
  return table([
    ["cluster", ...names],
    ...pairs.map((pair) => [pair, ...names.map((name) => cell(pair, name))]),
  ]);
}

function pairOf({ cluster, peer }: CheckResult): string {
  return peer === undefined ? cluster : `${cluster} -> ${peer}`;
}

/** Rows of one status that say something; those with the same cause, such as a cluster that does not answer, stand together. */
function remarks(
  title: string,
  checks: readonly CheckResult[],
  status: CheckStatus,
  textOf: (row: CheckResult) => string | undefined = ({ detail }) => detail,
): string {
  const byText = new Map<string, string[]>();
  for (const row of checks.filter((candidate) => candidate.status === status)) {
    const text = textOf(row);
    if (text === undefined) continue;
    byText.set(text, [...(byText.get(text) ?? []), `${row.check} ${pairOf(row)}`]);
  }
  if (byText.size === 0) return "";
  return [title, ...[...byText].map(([text, rows]) => `  ${rows.join(", ")}:\n    ${text}`)].join("\n");
}

/** Which answers a table counts, and which there should be. */
interface AnswersView {
  readonly countsOf: (row: ClientAnswers) => Readonly<Record<string, number>>;
  readonly expectedOf: (row: ClientAnswers) => string;
}

function answersTable(title: string, answers: AnswerMatrix, { countsOf, expectedOf }: AnswersView): string {
  if (answers.length === 0) return "";
  const columns = [...new Set(answers.flatMap((row) => Object.keys(countsOf(row))))].sort();
  const rows = answers.map((row) => [
    row.client,
    ...columns.map((column) => String(countsOf(row)[column] ?? 0)),
    String(sum(row.retried)),
    String(row.failed),
    String(row.requests),
    expectedOf(row),
    row.ok ? CELL.ok : CELL.failed,
  ]);
  const header = ["client", ...columns, "retried", "failed", "requests", "expected", "result"];
  return `${title}\n${table([header, ...rows])}`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function verdict({ checks, result, complete }: VerifyReport): string {
  const count = (status: CheckStatus) => checks.filter((row) => row.status === status).length;
  const counts = `${count("ok")} ok, ${count("failed")} failed, ${count("skipped")} skipped`;
  const asPlanned = complete
    ? "The mesh is as planned"
    : "Nothing is amiss, but not everything was looked at";
  const verdicts = {
    "as-planned": asPlanned,
    "not-as-planned": "The mesh is NOT as planned",
    "could-not-look": "Whether the mesh is as planned could NOT be looked at",
  };
  return `${verdicts[result]}: ${counts}.`;
}
