import { SPIFFE_CSI_DRIVER, SPIRE_SOCKET } from "../names";
import type { WorkloadSocket } from "../values/istiod";

/** The socket of what issues workloads' certificates in place of istiod: the SPIFFE Workload API of an agent on each node. */
export interface WorkloadSocketArgs {
  /**
   * Name of the socket; not Istio's default, `socket`: a proxy that does not find that one takes a certificate of istiod.
   * @default "spire-agent.sock"
   */
  file?: string;
  /**
   * The CSI driver that brings the socket's folder into pods.
   * @default "csi.spiffe.io"
   */
  csiDriver?: string;
}

/** The same with its defaults. @throws Error for the name by which Istio would fall back to istiod */
export function workloadSocketOf(args: WorkloadSocketArgs | undefined): WorkloadSocket | undefined {
  if (args === undefined) return undefined;
  const { file = SPIRE_SOCKET, csiDriver = SPIFFE_CSI_DRIVER } = args;
  if (file !== "socket") return { file, csiDriver };
  throw new Error(
    'workloadSocket.file is "socket", for which proxies that do not find it take a certificate of istiod; ' +
      `give the socket another name, such as ${SPIRE_SOCKET}`,
  );
}
