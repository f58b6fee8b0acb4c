import * as pulumi from "@pulumi/pulumi";
import { expiryText } from "../../../components/pki/expiry";

/** Something that is valid for a time only, and what to say when that comes to its end. */
export interface Ending {
  /** It in words. */
  readonly what: string;
  /** End of its validity, RFC 3339. */
  readonly notAfter: pulumi.Output<string>;
  /** How to replace it. */
  readonly mend: string;
  /** Whether the mesh goes on without it, so that its end is nothing but told. @default false */
  readonly isLeaving?: boolean;
}

/**
 * Warns of what is about to expire, and fails with what has. At preview the end of a certificate that this very run
 * replaces is unknown, so nothing is said of it; `@pulumi/tls` itself replaces its own once they expired.
 */
export function watchExpiries(endings: readonly Ending[], warningDays: number): void {
  for (const ending of endings) {
    ending.notAfter.apply((end) => {
      const text = expiryText(end, Date.now(), warningDays, ending);
      if (text === undefined) return;
      if (Date.parse(end) <= Date.now() && !ending.isLeaving) throw new Error(text);
      void pulumi.log.warn(text);
    });
  }
}
