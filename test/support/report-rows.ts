import type { VerifyReport } from "../../verify";

/** Rows of a report as `check cluster -> peer`. */
export function rows(checks: VerifyReport["checks"]): string[] {
  return checks.map(
    ({ check, cluster: from, peer }) => `${check} ${from}${peer === undefined ? "" : ` -> ${peer}`}`,
  );
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
