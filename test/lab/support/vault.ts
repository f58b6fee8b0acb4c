import { execInNodeNetwork } from "../../../lab";
import { apply } from "./apply";
import { deployment } from "./cert-manager";
import type { Suite } from "./suite";

const NAME = "vault";
const PORT = 8200;

/** A Vault that runs in a cluster. */
export interface Vault {
  /** Address for pods of the cluster. */
  readonly server: string;
  readonly token: string;
  /** Certificate of the root that its PKI engine signs with, PEM. */
  readonly root: string;
}

/** Runs Vault in a cluster, with a PKI engine under `pki` whose root key it made and keeps. */
export async function startVault(suite: Suite, cluster: string): Promise<Vault> {
  const token = "lab";
  apply(suite, cluster, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAME } },
    deployment(NAME, NAME, {
      name: NAME,
      image: `hashicorp/vault:${suite.toolchain.versions.vault}`,
      env: [
        { name: "VAULT_DEV_ROOT_TOKEN_ID", value: token },
        { name: "VAULT_DEV_LISTEN_ADDRESS", value: `0.0.0.0:${PORT}` },
      ],
      readinessProbe: { httpGet: { path: "/v1/sys/health", port: PORT }, periodSeconds: 1 },
    }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: NAME, namespace: NAME },
      spec: { selector: { app: NAME }, ports: [{ port: PORT }] },
    },
  ]);
  suite.kubectl(cluster, "rollout", "status", `deployment/${NAME}`, "-n", NAME, "--timeout=120s");
  const address = ["get", "service", NAME, "-n", NAME, "-o", "jsonpath={.spec.clusterIP}"];
  const server = `http://${suite.kubectl(cluster, ...address)}:${PORT}`;
  const curl = async (path: string, ...options: readonly string[]) =>
    execInNodeNetwork(suite.lab.name, cluster, [
      ...["curl", "--silent", "--show-error", "--fail-with-body", "--header", `X-Vault-Token: ${token}`],
      ...[...options, `${server}/v1/${path}`],
    ]);
  const post = async (path: string, body: unknown) => curl(path, "--data", JSON.stringify(body));
  // Until kube-proxy has heard of the ready pod, the Service's address refuses connections.
  await curl("sys/health", "--retry", "30", "--retry-delay", "1", "--retry-connrefused");
  await post("sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "87600h" } });
  const generated = await post("pki/root/generate/internal", {
    common_name: "Vault Root",
    key_type: "ec",
    key_bits: 384,
    ttl: "87600h",
  });
  const { data } = JSON.parse(generated) as { data: { certificate: string } };
  return { server, token, root: data.certificate };
}
