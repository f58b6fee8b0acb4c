import { execFileSync } from "node:child_process";
import { parse } from "yaml";
import type { Suite } from "./suite";

const TOKEN_SECRETS = ["-o", "json", "--field-selector", "type=kubernetes.io/service-account-token"];

/** The tokens of a cluster's reader, by the name of their Secret. */
export function readerTokens(suite: Suite, cluster: string): Record<string, string> {
  const { items } = JSON.parse(
    suite.kubectl(cluster, "get", "secrets", "-n", "istio-system", ...TOKEN_SECRETS),
  ) as { items: { metadata: { name: string }; data: { token: string } }[] };
  return Object.fromEntries(items.map(({ metadata, data }) => [metadata.name, decode(data.token)]));
}

/** The one token of a cluster's reader. */
export function readerToken(suite: Suite, cluster: string): string {
  const tokens = Object.entries(readerTokens(suite, cluster));
  const [only] = tokens;
  if (tokens.length === 1 && only !== undefined) return only[1];
  throw new Error(
    `${cluster} has ${tokens.length} reader tokens: ${tokens.map(([name]) => name).join(", ")}`,
  );
}

/** The token by which an observer's istiod reads another cluster. */
export function tokenInUse(suite: Suite, observer: string, observed: string): string {
  const command = ["get", "secrets", "-n", "istio-system", "-l", "istio/multiCluster=true", "-o", "json"];
  const { items } = JSON.parse(suite.kubectl(observer, ...command)) as {
    items: { data: Record<string, string> }[];
  };
  const [kubeconfig = ""] = items.flatMap(({ data }) => data[observed] || []);
  const { users } = parse(decode(kubeconfig)) as { users: { user: { token: string } }[] };
  return users[0]?.user.token ?? "";
}

/** HTTP status with which a cluster's API answers a request with a bearer token. */
export function statusWith(
  suite: Suite,
  cluster: string,
  token: string,
  path = "/api/v1/namespaces",
): string {
  const { apiServer } = suite.lab.clusters.find(({ name }) => name === cluster) ?? { apiServer: "" };
  const authorization = ["-H", `Authorization: Bearer ${token}`];
  return execFileSync(
    "curl",
    ["-sk", "-o", "/dev/null", "-w", "%{http_code}", "-m", "10", ...authorization, `${apiServer}${path}`],
    { encoding: "utf8" },
  );
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}
