import { expiryText } from "../components/pki/expiry";
import { firstNextUpdate } from "../components/pki/revocation";
import type { MeshPlan } from "../components/spec/types";
import type { SigningCa } from "./checks/cacerts";
import { certificatesOf } from "./pem";

/** What of a signing cluster's CA comes to its end. */
export interface CaEndings {
  /** What has, so that nothing is signed or trusted any more. */
  readonly over: readonly string[];
  /** What will within the days of `ca.expiryWarningDays`, and roots that have. */
  readonly near: readonly string[];
}

const MEND =
  "pulumi preview says how to replace it, and docs/rotation.md or docs/provided-ca.md in which order";

/** Who runs no `pulumi up` for long hears of it here, before the mesh fails. @param signer - the cluster whose CA it is */
export function caEndings(
  signer: string,
  { certificate = "", roots, crl }: SigningCa,
  { ca }: Pick<MeshPlan, "ca">,
  now = Date.now(),
): CaEndings {
  const [own] = certificatesOf(certificate);
  const nextUpdate = crl && firstNextUpdate(crl);
  const vital = [
    ...(own ? [{ what: `the CA of ${signer}`, end: own.validToDate.toISOString() }] : []),
    ...(nextUpdate ? [{ what: `a revocation list of ${signer}`, end: nextUpdate }] : []),
  ];
  const trusted = certificatesOf(roots).map(({ subject, validToDate }) => ({
    what: `root "${subject.replaceAll("\n", ", ")}" of ${signer}`,
    end: validToDate.toISOString(),
  }));
  // One that is over among others may be the former one; without any other nothing is trusted.
  const rootsOver = trusted.every(({ end }) => Date.parse(end) <= now) ? trusted : [];
  const told = (endings: typeof vital, days: number) =>
    endings.flatMap(({ what, end }) => expiryText(end, now, days, { what, mend: MEND }) ?? []);
  // What cert-manager has issued it renews by itself.
  const watched = ca.issuer === undefined ? [...vital, ...trusted] : trusted;
  return { over: told([...vital, ...rootsOver], 0), near: told(watched, ca.expiryWarningDays) };
}
