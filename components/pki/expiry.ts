const MS_PER_DAY = 24 * 60 * 60 * 1000;

/**
 * An end of validity as people have to hear of it; nothing while it is far.
 *
 * @param notAfter - RFC 3339
 * @param now - milliseconds since the epoch
 * @param warningDays - how long before the end it is told
 */
export function expiryText(
  notAfter: string,
  now: number,
  warningDays: number,
  { what, mend }: { readonly what: string; readonly mend: string },
): string | undefined {
  const left = Date.parse(notAfter) - now;
  if (left > warningDays * MS_PER_DAY) return undefined;
  const when = left <= 0 ? "expired on" : `expires in ${Math.floor(left / MS_PER_DAY)} days, on`;
  return `${what} ${when} ${notAfter}; ${mend}`;
}
