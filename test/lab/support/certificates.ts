import { clientExec } from "./pods";
import type { Suite } from "./suite";

/** An entry of Envoy's dump of the secrets that it has from SDS. */
interface ActiveSecret {
  name: string;
  secret: { tls_certificate?: { certificate_chain: { inline_bytes: string } } };
}

/** The chain that the client's proxy presents, PEM. */
export async function proxyChain(suite: Suite, cluster: string): Promise<string> {
  const path = "config_dump?resource=dynamic_active_secrets";
  const dump = await clientExec(suite, cluster, "istio-proxy", ["pilot-agent", "request", "GET", path]);
  const { configs } = JSON.parse(dump) as { configs: ActiveSecret[] };
  const own = configs.find(({ name }) => name === "default");
  const encoded = own?.secret.tls_certificate?.certificate_chain.inline_bytes;
  if (encoded === undefined)
    throw new Error(`the client's proxy in ${cluster} has no certificate of its own`);
  return Buffer.from(encoded, "base64").toString();
}
