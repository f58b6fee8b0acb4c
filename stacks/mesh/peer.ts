import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "./access";
import type { Member } from "./member";

/** What an observer has to know of a cluster: plain data and Outputs, wherever these come from. */
export interface Peer extends ApiArgs {
  readonly name: string;
  readonly formerName?: string | undefined;
  /** Token of its reader; secret. Absent where nobody is meant to observe it. */
  readonly token: pulumi.Output<string> | undefined;
  /** Address of its gateway, where traffic to it takes that and the gateway can be there before the link. */
  readonly gatewayAddress?: pulumi.Output<string> | undefined;
}

/** How an istiod in another cluster reaches an API. */
export interface ApiArgs {
  readonly server: pulumi.Output<string>;
  /** CA of that address, PEM in base64. */
  readonly caData: pulumi.Output<string>;
  /** Name that the API's certificate is checked for; empty for the host of the address. */
  readonly tlsServerName: pulumi.Output<string>;
}

/** A member as its observers know it. */
export function peerOf(
  { plan, access, cluster }: Pick<Member, "plan" | "access" | "cluster">,
  gatewayAddress?: pulumi.Output<string>,
): Peer {
  const { name, formerName } = plan;
  return { name, formerName, ...apiArgs(access), token: cluster.readerToken, gatewayAddress };
}

/** Asked of a cluster only where another one needs it: its kubeconfig may have no address that others reach. */
export function apiArgs(access: ClusterAccess): ApiArgs {
  const endpoint = access.endpoint();
  return {
    server: endpoint.server,
    caData: endpoint.caData,
    tlsServerName: endpoint.apply(({ tlsServerName }) => tlsServerName ?? ""),
  };
}
