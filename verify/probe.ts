import type { MeshPlan } from "../components/spec/types";
import type { MeshReader } from "./kube/mesh-reader";
import type { CheckName, CheckStatus, ClientAnswers } from "./report";

/** What one look at the mesh gave. */
export interface Outcome {
  readonly status: CheckStatus;
  readonly detail: string;
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

/** A check: which rows a plan asks for. Pure; the probes look, this does not. */
export type Check = (plan: MeshPlan) => Probe[];

export function ok(detail: string): Outcome {
  return { status: "ok", detail };
}

export function failed(detail: string): Outcome {
  return { status: "failed", detail };
}

export function skipped(detail: string): Outcome {
  return { status: "skipped", detail };
}
