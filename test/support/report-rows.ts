import type { CheckResult, VerifyReport } from "../../verify";

/** A row of a report as `check cluster -> peer`. */
export function rowName({ check, cluster, peer }: Pick<CheckResult, "check" | "cluster" | "peer">): string {
  return `${check} ${cluster}${peer === undefined ? "" : ` -> ${peer}`}`;
}

/** Rows of a report by these names. */
export function rows(checks: VerifyReport["checks"]): string[] {
  return checks.map(rowName);
}

/** Those that failed. */
export function failedRows({ checks }: VerifyReport): string[] {
  return rows(checks.filter(({ status }) => status === "failed"));
}

/** What a row says. */
export function detailOf(report: VerifyReport, row: string): string {
  const index = rows(report.checks).indexOf(row);
  return report.checks[index]?.detail ?? `no row ${row}`;
}
