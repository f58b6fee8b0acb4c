import { createHash } from "node:crypto";
import type { V1Secret } from "@kubernetes/client-node";
import { apiEndpoint, KubeconfigError, selectContext } from "../../stacks/mesh/kubeconfig";
import { describeError, httpStatus } from "../kube/errors";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome } from "../probe";

/** What an istiod uses to read another cluster. */
export interface ReaderCredential {
  readonly server: string;
  /** PEM bundle in base64. */
  readonly caData: string;
  readonly token: string;
}

/** What came of using a credential. */
export type Trial = "accepted" | "accepted, CA not tried" | "CA refused" | { readonly error: unknown };

/** The credential in the kubeconfig under a key of a Secret, or what is wrong with the Secret. */
export function readCredential(secret: V1Secret, key: string): ReaderCredential | string {
  const encoded = secret.data?.[key];
  if (encoded === undefined) return `has no key "${key}"`;
  try {
    const context = selectContext(Buffer.from(encoded, "base64").toString("utf8"));
    const token = context.user.user["token"];
    if (typeof token !== "string" || token === "") return "holds a kubeconfig without a token";
    return { ...apiEndpoint(context, {}), token };
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    return `holds a kubeconfig that ${error.message}`;
  }
}

/**
 * Uses a credential at the address that this machine knows, since its own need not be reachable from here. If the two
 * differ, so may the CAs behind them: then the credential's CA is left to the remote-sync check.
 *
 * One that several observers have is used once.
 */
export function tryCredential(
  mesh: MeshReader,
  credential: ReaderCredential,
  observed: string,
): Promise<Trial> {
  const digest = createHash("sha256").update(JSON.stringify(credential)).digest("hex");
  return mesh.once(`credential ${observed} ${digest}`, async () => {
    const target = mesh.cluster(observed);
    await target.ready();
    const { caData, server, token } = credential;
    const trial = await attempt(() => target.tryCredential({ caData, token }));
    if (trial === "accepted" || !isCertificateError(trial.error)) return trial;
    if (server === target.server) return "CA refused";
    const withOurCa = await attempt(() => target.tryCredential({ token }));
    return withOurCa === "accepted" ? "accepted, CA not tried" : withOurCa;
  });
}

/** Says what a trial means. @param where - the Secret that the credential is from */
export function judgeTrial(
  trial: Trial,
  where: string,
  observed: string,
  { server }: Pick<ReaderCredential, "server">,
): Outcome {
  if (trial === "accepted") return ok("token and CA accepted");
  if (trial === "accepted, CA not tried") return ok(`token accepted; CA not tried, it is that of ${server}`);
  if (trial === "CA refused") {
    return failed(`${where}: its CA does not verify the API of ${observed}; run pulumi up --refresh`);
  }
  return failed(refusal(trial.error, where, observed));
}

async function attempt(action: () => Promise<void>): Promise<"accepted" | { error: unknown }> {
  try {
    await action();
    return "accepted";
  } catch (error) {
    return { error };
  }
}

function refusal(error: unknown, where: string, observed: string): string {
  switch (httpStatus(error)) {
    case 401:
      return `${observed} refuses the token in ${where}: it was revoked or has expired; run pulumi up --refresh`;
    case 403:
      return `${observed} accepts the token in ${where} but lets it read nothing; restore the reader's ClusterRoleBinding in ${observed}: pulumi up --refresh`;
    default:
      return `${where}: the API of ${observed} gave no answer to its token: ${describeError(error)}`;
  }
}

/** Node's codes for a chain that the given CA does not verify. */
const CERTIFICATE_ERRORS: ReadonlySet<unknown> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

function isCertificateError(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return CERTIFICATE_ERRORS.has((cause as NodeJS.ErrnoException).code);
}
