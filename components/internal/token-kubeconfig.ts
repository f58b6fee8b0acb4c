import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

/** How an istiod reaches the API of a cluster that it does not run in. */
export interface ApiAccess {
  /** Name of the cluster. */
  cluster: string;
  /** API address, as istiod's pods reach it. */
  server: pulumi.Input<string>;
  /** CA of that API, a PEM bundle in base64. */
  caData: pulumi.Input<string>;
  /** Name that the API's certificate is checked for. @default - the host of `server` */
  tlsServerName?: pulumi.Input<string>;
  /** Bearer token of an account there. */
  token: pulumi.Input<string>;
}

/** The kubeconfig that `istioctl create-remote-secret` writes, in base64; secret. */
export function encodedKubeconfig({ cluster, ...access }: ApiAccess): pulumi.Output<string> {
  const { server, caData, tlsServerName = "", token } = access;
  return pulumi.secret(
    pulumi
      .output({ server, caData, tlsServerName, token })
      .apply((known) => Buffer.from(tokenKubeconfig(cluster, checked(cluster, known))).toString("base64")),
  );
}

interface Known {
  readonly server: string;
  readonly caData: string;
  readonly tlsServerName: string;
  readonly token: string;
}

/** A kubeconfig with anything else is refused by istiod, which says so in its log alone. */
function checked(cluster: string, known: Known): Known {
  if (!known.caData.includes("-----BEGIN")) return known;
  throw new Error(`caData of cluster ${cluster} is PEM text; give it in base64, as a kubeconfig has it`);
}

/** Kubernetes' clients read YAML 1.1, where `no`, `on` or `y` without quotation marks is no text but true or false. */
export const FOR_KUBERNETES = { compat: "yaml-1.1" } as const;

function tokenKubeconfig(name: string, { server, caData, tlsServerName, token }: Known): string {
  const cluster = { "certificate-authority-data": caData, server };
  return stringify(
    {
      apiVersion: "v1",
      clusters: [
        { cluster: tlsServerName === "" ? cluster : { ...cluster, "tls-server-name": tlsServerName }, name },
      ],
      contexts: [{ context: { cluster: name, user: name }, name }],
      "current-context": name,
      kind: "Config",
      users: [{ name, user: { token } }],
    },
    FOR_KUBERNETES,
  );
}
