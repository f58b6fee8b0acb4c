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
      .apply((known) => Buffer.from(tokenKubeconfig(cluster, known)).toString("base64")),
  );
}

interface Known {
  readonly server: string;
  readonly caData: string;
  readonly tlsServerName: string;
  readonly token: string;
}

function tokenKubeconfig(name: string, { server, caData, tlsServerName, token }: Known): string {
  const cluster = { "certificate-authority-data": caData, server };
  return stringify({
    apiVersion: "v1",
    clusters: [
      { cluster: tlsServerName === "" ? cluster : { ...cluster, "tls-server-name": tlsServerName }, name },
    ],
    contexts: [{ context: { cluster: name, user: name }, name }],
    "current-context": name,
    kind: "Config",
    users: [{ name, user: { token } }],
  });
}
