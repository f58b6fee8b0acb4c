import { stringify } from "yaml";

/** Base64 of something that stands for a CA bundle. */
export const CA_DATA = Buffer.from("-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n").toString(
  "base64",
);

/** One cluster of a kubeconfig; context, cluster and user get the same name. */
export interface KubeconfigEntry {
  readonly name: string;
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
}

/** YAML of a kubeconfig whose entries have an address, an inline CA and a token unless they say otherwise. */
export function kubeconfig(entries: readonly KubeconfigEntry[], top: Record<string, unknown> = {}): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    clusters: entries.map(({ name, cluster }) => ({ name, cluster: cluster ?? reachable(name) })),
    users: entries.map(({ name, user }) => ({ name, user: user ?? { token: `user-token-of-${name}` } })),
    ...top,
  });
}

/** Address and CA of a cluster that every other one reaches. */
export function reachable(name: string): Record<string, unknown> {
  return { server: `https://${name}.example:6443`, "certificate-authority-data": CA_DATA };
}
