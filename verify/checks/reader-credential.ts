import { type Cluster, KubeConfig, type V1Secret } from "@kubernetes/client-node";
import { ISTIO_NAMESPACE, remoteSecretName } from "../../components/names";
import type { MeshPlan } from "../../components/spec/types";
import { istiodOf } from "../../components/topology/links";
import { apiEndpoint, KubeconfigError, selectContext } from "../../stacks/mesh/kubeconfig";
import { coreApi } from "../kube/cluster-client";
import { describeError, httpStatus } from "../kube/errors";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome, type Probe } from "../probe";

/** What an observer's istiod uses to read the observed cluster. */
export interface ReaderCredential {
  readonly server: string;
  /** PEM bundle in base64. */
  readonly caData: string;
  readonly token: string;
}

/**
 * The remote secret of each link is well-formed, and its token may read the observed cluster.
 *
 * An API server remembers for about 10 s that it accepted a token, so one that was just revoked may still pass.
 */
export function readerCredential(plan: MeshPlan): Probe[] {
  return plan.links.map(({ observer, observed }) => ({
    check: "reader-credential",
    cluster: observer,
    peer: observed,
    run: (mesh) => checkLink(mesh, istiodOf(plan, observer), observed),
  }));
}

async function checkLink(mesh: MeshReader, observer: string, observed: string): Promise<Outcome> {
  const secretName = remoteSecretName(observed);
  const where = `Secret ${ISTIO_NAMESPACE}/${secretName} of ${observer}`;
  const secret = await mesh.cluster(observer).secret(ISTIO_NAMESPACE, secretName);
  if (secret === undefined) return failed(`${where} does not exist; run pulumi up`);
  const credential = readRemoteSecret(secret, observed);
  if (typeof credential === "string") return failed(`${where} ${credential}; run pulumi up --refresh`);
  const target = mesh.cluster(observed);
  await target.ready();
  return tryCredential(credential, where, observed, target.kubeConfig);
}

/** The credential in a remote secret, or what is wrong with the secret. */
export function readRemoteSecret(secret: V1Secret, observed: string): ReaderCredential | string {
  if (secret.metadata?.labels?.["istio/multiCluster"] !== "true") {
    return 'lacks label istio/multiCluster="true", so istiod does not see it';
  }
  return readCredential(secret, observed);
}

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
 * Uses the token at the address that this machine knows, since the secret's own need not be reachable from here.
 * If the two differ, so may the CAs behind them: then the secret's CA is left to the remote-sync check.
 */
export async function tryCredential(
  credential: ReaderCredential,
  where: string,
  observed: string,
  access: KubeConfig,
): Promise<Outcome> {
  const known = access.getCurrentCluster();
  if (known === null) return failed(`the kubeconfig given for ${observed} has no current cluster`);
  const { caData, token, server } = credential;
  const withItsCa = await listNamespaces(
    { ...known, caData, caFile: undefined, skipTLSVerify: false },
    token,
  );
  if (withItsCa === undefined) return ok("token and CA accepted");
  if (isCertificateError(withItsCa)) {
    if (server === known.server) {
      return failed(`${where}: its CA does not verify the API of ${observed}; run pulumi up --refresh`);
    }
    const withOurCa = await listNamespaces(known, token);
    if (withOurCa === undefined) return ok(`token accepted; CA not tried, it is that of ${server}`);
    return failed(refusal(withOurCa, where, observed));
  }
  return failed(refusal(withItsCa, where, observed));
}

/** Lists namespaces with a token; returns what was thrown, if anything was. */
async function listNamespaces(cluster: Cluster, token: string): Promise<unknown> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(cluster, { name: "reader", token });
  try {
    await coreApi(kubeConfig).listNamespace({ limit: 1 });
    return undefined;
  } catch (error) {
    return error;
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
