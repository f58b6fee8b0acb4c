import type { ExecTarget } from "./cluster-reader";
import { CannotLookError, describeError } from "./errors";

/** An answer from inside a pod. */
export interface Asked<T> {
  readonly answer: T;
  readonly target: ExecTarget;
  /** Why the first pod was not the one to answer, to be said in the row; empty if it was. */
  readonly remark: string;
}

/**
 * Asks the first of several containers. If that fails the second one is asked, or the only one once more: a connection
 * can break for reasons that have nothing to do with the mesh, and pods come and go.
 */
export async function ask<T>(
  targets: readonly [ExecTarget, ...ExecTarget[]],
  question: (target: ExecTarget) => Promise<T>,
): Promise<Asked<T>> {
  const [first, second = first] = targets;
  try {
    return { answer: await question(first), target: first, remark: "" };
  } catch (error) {
    if (error instanceof CannotLookError) throw error;
    const then = second === first ? "once more" : `pod ${second.pod} instead`;
    try {
      const answer = await question(second);
      return { answer, target: second, remark: ` (asked ${then}, after: ${describeError(error)})` };
    } catch (again) {
      throw new Error(`${describeError(error)}; asked ${then}: ${describeError(again)}`);
    }
  }
}
