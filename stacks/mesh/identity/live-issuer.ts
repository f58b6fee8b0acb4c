import type { ApiException } from "@kubernetes/client-node";
import { SPIRE_NAMESPACE } from "../../../components/names";
import { endingAfter } from "../kube-client";

/** A cert-manager issuer, by what refers to it. */
export interface IssuerRef {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
}

/** cert-manager's own; of what other groups' issuers are nobody knows here. */
const GROUP = "cert-manager.io";
const PLURALS: Readonly<Record<string, string>> = { ClusterIssuer: "clusterissuers", Issuer: "issuers" };

/** How long an answer may take: nothing is refused where there is none. */
const TIME_LIMIT_MS = 5000;

/**
 * Why an issuer cannot sign a SPIRE server's CA, as far as its cluster tells: it is not there, or has no CA to sign with.
 *
 * @returns nothing where it can, or where it may not be looked at or nobody answers
 */
export async function issuerFault(
  kubeconfig: string,
  issuer: IssuerRef,
  timeLimit = TIME_LIMIT_MS,
): Promise<string | undefined> {
  const plural = PLURALS[issuer.kind];
  if (issuer.group !== GROUP || plural === undefined) return undefined;
  // Loaded where it is needed, because it takes its time: none that the API server may have.
  const library = await import("@kubernetes/client-node");
  let found: { readonly spec?: object };
  try {
    const settings = await endingAfter(library, kubeconfig, timeLimit);
    const client = new library.CustomObjectsApi(settings);
    const place = { group: GROUP, version: "v1", plural, name: issuer.name };
    found = (await (issuer.kind === "Issuer"
      ? client.getNamespacedCustomObject({ ...place, namespace: SPIRE_NAMESPACE })
      : client.getClusterCustomObject(place))) as typeof found;
  } catch (error) {
    if ((error as Partial<ApiException<unknown>>).code !== 404) return undefined;
    return "is not there; install cert-manager and make it, or correct identity.spire.upstream";
  }
  return faultOf(found.spec ?? {});
}

function faultOf(spec: object): string | undefined {
  if ("acme" in spec) return `is of kind ACME, which signs no CAs; ${MEND}`;
  if ("selfSigned" in spec) return `is self-signed, so every CA would be a root of its own; ${MEND}`;
  return undefined;
}

const MEND = "name one with a CA, such as one of kind CA or Vault";
