/** What verify says of a mesh. Plain data: `JSON.stringify(report)` is the machine-readable form. */

/** Every check, in the order in which a fault in one explains faults in those after it. */
export const CHECK_NAMES = [
  "api",
  "network",
  "reader-credential",
  "root",
  "signer",
  "identity",
  "federation",
  "issued-ca",
  "control-plane",
  "remote-sync",
  "gateway",
  "export",
  "endpoints",
  "import",
  "transit",
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
  /** What was looked at from there: another cluster, or of `request` also an imported host. */
  readonly peer?: string;
  readonly status: CheckStatus;
  /** What was seen; of a failure: what is wrong, where, and how to mend it. */
  readonly detail: string;
  /** Of a failure: that nothing is known, since an API cannot be reached or refuses to be read. @default false */
  readonly couldNotLook?: true;
  /** Of what passes: what will not for long, and how to mend it. @default - nothing */
  readonly warning?: string;
}

/** Who answered one client. */
export interface ClientAnswers {
  /** Cluster of the client. */
  readonly client: string;
  /** How many requests it was to send: twice as many where somebody was missing after the first half. */
  readonly requests: number;
  /** Answers per helloworld version. */
  readonly byVersion: Readonly<Record<string, number>>;
  /** Answers per cluster of the answering pod; `unknown` where no cluster that can be read has that pod. */
  readonly byCluster: Readonly<Record<string, number>>;
  /** Requests that got no answer from helloworld. */
  readonly failed: number;
  /** Attempts that failed in the client's proxy, which then tried elsewhere, by endpoint; empty where its page was not to be had. */
  readonly retried: Readonly<Record<string, number>>;
  /** Clusters that have to answer, by the plan; empty where the nodes' localities decide between them. */
  readonly expectedClusters: readonly string[];
  /** Versions that have to answer, by the plan. */
  readonly expectedVersions: readonly string[];
  /** Whether one of them is enough, since the nodes' localities decide between them. @default false */
  readonly anyOf?: boolean;
  /** Whether the expected versions answered, no other one, and no request failed. */
  readonly ok: boolean;
}

/** One row per client cluster. */
export type AnswerMatrix = readonly ClientAnswers[];

/** What a report comes to: as planned, as far as it was looked at; not so in a row at least; or not to be told. */
export type Result = "as-planned" | "not-as-planned" | "could-not-look";

/** What the command exits with. */
export const EXIT_CODES: Readonly<Record<Result, number>> = {
  "as-planned": 0,
  "not-as-planned": 1,
  "could-not-look": 2,
};

/** Everything that verify found. */
export interface VerifyReport {
  /** Whether something was checked and nothing failed. */
  readonly ok: boolean;
  readonly result: Result;
  /** Whether no check was skipped. */
  readonly complete: boolean;
  readonly checks: readonly CheckResult[];
  readonly answers: AnswerMatrix;
}

/** Puts a report together, rows in the order of {@link CHECK_NAMES}. */
export function makeReport(checks: readonly CheckResult[], answers: AnswerMatrix): VerifyReport {
  const result = resultOf(checks);
  return {
    ok: result === "as-planned",
    result,
    complete: checks.every(({ status }) => status !== "skipped"),
    checks: checks.toSorted((a, b) => CHECK_NAMES.indexOf(a.check) - CHECK_NAMES.indexOf(b.check)),
    answers,
  };
}

/** What is amiss for certain counts for more than what could not be looked at. */
function resultOf(checks: readonly CheckResult[]): Result {
  const failures = checks.filter(({ status }) => status === "failed");
  if (failures.some(({ couldNotLook }) => !couldNotLook)) return "not-as-planned";
  if (failures.length > 0 || checks.every(({ status }) => status !== "ok")) return "could-not-look";
  return "as-planned";
}
