import type { MeshReader } from "./kube/mesh-reader";
import type { CheckName, CheckStatus, ClientAnswers } from "./report";

/** What one look at the mesh gave. */
export interface Outcome {
  readonly status: CheckStatus;
  readonly detail: string;
  /** Of a failure: whether nothing is known, since it could not be looked at. @default false */
  readonly couldNotLook?: boolean;
  /** Of what passes: what will not for long, and how to mend it. */
  readonly warning?: string | undefined;
  /** Only of the `request` check. */
  readonly answers?: ClientAnswers;
}

/** One row of the report to be, and how to find out. It may be run again until it is ok. */
export interface Probe {
  readonly check: CheckName;
  readonly cluster: string;
  readonly peer?: string;
  /** May throw: what is thrown becomes a failure of this row alone. */
  readonly run: (mesh: MeshReader) => Promise<Outcome>;
}

export function ok(detail: string, warning?: string): Outcome {
  return warning === undefined ? { status: "ok", detail } : { status: "ok", detail, warning };
}

export function failed(detail: string): Outcome {
  return { status: "failed", detail };
}

/** Nothing can be said of a row: for want of a way to it, or of a right. */
export function unseen(detail: string): Outcome {
  return { status: "failed", detail, couldNotLook: true };
}

export function skipped(detail: string): Outcome {
  return { status: "skipped", detail };
}
