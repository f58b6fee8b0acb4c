import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 200;

/** Waits until something holds, or fails with what did not come. */
export async function until(what: string, holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${seconds} s`);
    await sleep(POLL_MS);
  }
}
