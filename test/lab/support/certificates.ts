import { proxyCertificates, SECRETS_PAGE } from "../../../verify/proxy-certificates";
import { clientExec } from "./pods";
import type { Suite } from "./suite";

/** The chain that the client's proxy presents, PEM. */
export async function proxyChain(suite: Suite, cluster: string): Promise<string> {
  const command = ["pilot-agent", "request", "GET", SECRETS_PAGE];
  const { chain } = proxyCertificates(await clientExec(suite, cluster, "istio-proxy", command));
  if (chain === "") throw new Error(`the client's proxy in ${cluster} has no certificate of its own`);
  return chain;
}
