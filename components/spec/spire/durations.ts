const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Seconds of a duration such as `24h`, `90m` or `600s`; nothing for any other text. */
export function secondsOf(duration: string): number | undefined {
  const [, count = "", unit = ""] = /^(\d+)([hms])$/.exec(duration) ?? [];
  const factor = SECONDS[unit];
  return factor === undefined ? undefined : Number(count) * factor;
}
