import { Listr } from "listr2";

/** One row of the progress display. */
export interface Step {
  title: string;
  /** Does the work; returns how it ended, to be put behind the title. */
  run: (report: (state: string) => void) => Promise<string>;
}

/**
 * Runs steps one after another, each with a row of its own: live on a terminal, plain lines elsewhere, or handed to
 * `log` line by line.
 */
export async function runSteps(steps: Step[], log?: (line: string) => void): Promise<void> {
  const live = log === undefined && process.stdout.isTTY;
  let failure: unknown;
  const rows = steps.map(({ title, run }) => ({
    title,
    task: async (_context: unknown, row: { title: string | undefined; output: string }) => {
      const ticker = new Ticker((state) => {
        row.output = state;
        log?.(`${title}: ${state}`);
      }, live);
      try {
        row.title = `${title}: ${await run((state) => ticker.show(state))}`;
      } catch (error) {
        failure = error;
        throw new Error("failed", { cause: error });
      } finally {
        ticker.stop();
      }
      log?.(row.title);
    },
  }));
  const list = new Listr(rows, { fallbackRenderer: "simple", silentRendererCondition: log !== undefined });
  // The row says only that it failed: the error itself is the caller's to print, once.
  await list.run().catch((error: unknown) => {
    throw failure ?? error;
  });
}

/** Shows a state, on a terminal with the time that it has lasted. */
class Ticker {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly write: (state: string) => void,
    private readonly live: boolean,
  ) {}

  show(state: string): void {
    this.stop();
    this.write(state);
    if (!this.live) return;
    const start = Date.now();
    this.timer = setInterval(
      () => this.write(`${state}, ${formatDuration((Date.now() - start) / 1000)}`),
      1000,
    );
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Seconds below two minutes, minutes above. */
export function formatDuration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
