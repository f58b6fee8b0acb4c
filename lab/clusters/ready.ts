import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;

/** Waits until a probe answers yes; one that fails has not. Throws an error that names what to look into otherwise. */
export async function waitUntilReady(
  what: string,
  { seconds, logs }: { seconds: number; logs: string },
  probe: () => Promise<boolean | undefined>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (await probe().catch(() => false)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${what} was not ready within ${seconds} s; see the logs in ${logs}`);
}
