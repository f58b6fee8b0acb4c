import type { V1Secret } from "@kubernetes/client-node";
import { CA_SECRET, ISTIO_NAMESPACE } from "../../components/names";
import { adopts } from "../../components/spec/adopt/adopted";
import type { MeshReader } from "../kube/mesh-reader";

/** What a cluster's istiod signs with, as far as it is public. */
export interface SigningCa {
  /** PEM; unknown where others installed istiod and its CA is not in `cacerts`. */
  readonly certificate: string | undefined;
  /** What proxies are to trust, PEM. */
  readonly roots: string;
  /** Revocation lists, PEM, where there are some. */
  readonly crl?: string | undefined;
  /** When the Secret was last written. */
  readonly changed: Date | undefined;
}

/** How long a change of `cacerts` may take to reach istiod's files, and from there every proxy and namespace. */
const SPREAD_MS = 180_000;

/** The signing CA of the istiod in a cluster. @throws Error when it is missing or incomplete */
export async function signingCa(mesh: MeshReader, place: string): Promise<SigningCa> {
  const secret = await mesh.cluster(place).secret(ISTIO_NAMESPACE, CA_SECRET);
  const file = (name: string) => Buffer.from(secret?.data?.[name] ?? "", "base64").toString("utf8");
  // The second names are cert-manager's.
  const certificate = file("ca-cert.pem") || file("tls.crt");
  const roots = file("root-cert.pem") || file("ca.crt");
  const crl = file("ca-crl.pem") || undefined;
  if (certificate !== "" && roots !== "") return { certificate, roots, crl, changed: lastChange(secret) };
  const plan = mesh.plan.clusters.find(({ name }) => name === place);
  if (plan !== undefined && adopts(plan, "cacerts") && plan.rootCertificate !== undefined) {
    return { certificate: undefined, roots: plan.rootCertificate, changed: undefined };
  }
  throw new Error(
    `Secret ${ISTIO_NAMESPACE}/${CA_SECRET} of ${place} is missing or incomplete; run pulumi up --refresh`,
  );
}

/** Until when it is too early to say that a change has not arrived; nothing if that time is over, or not known. */
export function spreadsUntil({ changed }: Pick<SigningCa, "changed">, now = new Date()): Date | undefined {
  if (changed === undefined) return undefined;
  const end = new Date(changed.getTime() + SPREAD_MS);
  return end > now ? end : undefined;
}

function lastChange(secret: V1Secret | undefined): Date | undefined {
  const { managedFields = [], creationTimestamp } = secret?.metadata ?? {};
  const times = [creationTimestamp, ...managedFields.map(({ time }) => time)].flatMap((time) =>
    time === undefined ? [] : [new Date(time).getTime()],
  );
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}
