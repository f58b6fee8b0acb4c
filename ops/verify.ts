import { EXIT_CODES, renderReport, verifyMesh } from "../verify";
import { describeFailure } from "./failure";
import { openNamedMesh } from "./fleet/named-mesh";

/** What the command `verify` is told. */
export interface VerifyCommandOptions {
  readonly stack: string;
  readonly json?: true;
  /** Requests per client. */
  readonly requests?: number;
  /** Seconds. */
  readonly wait?: number;
  readonly allProxies?: true;
}

/** Verifies a stack's mesh and prints the report. @returns the exit code: see docs/verify.md */
export async function verify({
  stack: name,
  json,
  requests,
  wait,
  allProxies,
}: VerifyCommandOptions): Promise<number> {
  try {
    const { plan, kubeConfigs } = await openNamedMesh(name);
    const report = await verifyMesh(plan, kubeConfigs, {
      ...(requests === undefined ? {} : { requests }),
      ...(wait === undefined ? {} : { waitSeconds: wait }),
      ...(allProxies ? { proxies: Infinity } : {}),
      // Beside the report, which may be for a program to read.
      onWait: (message) => console.error(message),
    });
    console.log(json ? JSON.stringify(report, undefined, 2) : renderReport(report));
    return EXIT_CODES[report.result];
  } catch (error) {
    console.error(describeFailure(error));
    return EXIT_CODES["could-not-look"];
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Seconds of a duration such as `90s`, `5m` or `1h30m`; nothing for what is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+[hms])+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+)([hms])/g);
  return [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? ""] ?? 0),
    0,
  );
}
