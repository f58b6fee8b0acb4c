import * as pulumi from "@pulumi/pulumi";

const MS_PER_DAY = 24 * 60 * 60 * 1000;

/** What to say of a certificate that comes to its end. */
export interface ExpiryNotice {
  /** The certificate in words. */
  readonly what: string;
  /** How to replace it. */
  readonly mend: string;
  /** Days before the end from which on to warn. */
  readonly warningDays: number;
  /** @default "error" */
  readonly onExpiry?: "error" | "warn";
}

/** A certificate's end as people have to hear of it; nothing while it is far. */
export function expiryText(notAfter: string, now: number, notice: ExpiryNotice): string | undefined {
  const left = Date.parse(notAfter) - now;
  if (left > notice.warningDays * MS_PER_DAY) return undefined;
  const when = left <= 0 ? "expired on" : `expires in ${Math.floor(left / MS_PER_DAY)} days, on`;
  return `${notice.what} ${when} ${notAfter}; ${notice.mend}`;
}

/**
 * Warns of a certificate that is about to expire, and fails with one that has. At preview the end of a certificate that
 * this very run replaces is unknown, so nothing is said of it; `@pulumi/tls` itself replaces its own once they expired.
 */
export function checkExpiry(notAfter: pulumi.Output<string>, notice: ExpiryNotice): pulumi.Output<string> {
  return notAfter.apply((end) => {
    const text = expiryText(end, Date.now(), notice);
    if (text === undefined) return end;
    if (Date.parse(end) <= Date.now() && notice.onExpiry !== "warn") throw new Error(text);
    void pulumi.log.warn(text);
    return end;
  });
}
