/** What verify says of a mesh. Plain data: `JSON.stringify(report)` is the machine-readable form. */

/** Every check, in the order in which a fault in one explains faults in those after it. */
export const CHECK_NAMES = [
  "api",
  "reader-credential",
  "root",
  "signer",
  "issued-ca",
  "control-plane",
  "remote-sync",
  "gateway",
  "endpoints",
  "request",
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** `skipped` means that the check could not be made, for the reason in its detail. */
export type CheckStatus = "ok" | "failed" | "skipped";

/** One row of a report. */
export interface CheckResult {
  readonly check: CheckName;
  /** The cluster from which was looked: observer or client. */
  readonly cluster: string;
  /** The cluster that was looked at, where it is another one. */
  readonly peer?: string;
  readonly status: CheckStatus;
  /** What was seen; of a failure: what is wrong, where, and how to mend it. */
  readonly detail: string;
}

/** Who answered one client. */
export interface ClientAnswers {
  /** Cluster of the client. */
  readonly client: string;
  /** How many requests it was to send. */
  readonly requests: number;
  /** Answers per helloworld version. */
  readonly byVersion: Readonly<Record<string, number>>;
  /** Answers per cluster of the answering pod; `unknown` where no cluster that can be read has that pod. */
  readonly byCluster: Readonly<Record<string, number>>;
  /** Requests that got no answer from helloworld. */
  readonly failed: number;
  /** Versions that have to answer, by the plan. */
  readonly expectedVersions: readonly string[];
  /** Whether one of them is enough, since the nodes' localities decide between them. @default false */
  readonly anyOf?: boolean;
  /** Whether the expected versions answered, no other one, and no request failed. */
  readonly ok: boolean;
}

/** One row per client cluster. */
export type AnswerMatrix = readonly ClientAnswers[];

/** Everything that verify found. */
export interface VerifyReport {
  /** Whether something was checked and nothing failed. */
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
  readonly answers: AnswerMatrix;
}

/** Puts a report together, rows in the order of {@link CHECK_NAMES}. */
export function makeReport(checks: readonly CheckResult[], answers: AnswerMatrix): VerifyReport {
  return {
    ok: checks.some(({ status }) => status === "ok") && checks.every(({ status }) => status !== "failed"),
    checks: checks.toSorted((a, b) => CHECK_NAMES.indexOf(a.check) - CHECK_NAMES.indexOf(b.check)),
    answers,
  };
}
