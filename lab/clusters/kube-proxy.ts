import { join } from "node:path";
import { stringify } from "yaml";
import { writeFileAtomically } from "../state";
import { ensureDaemon } from "./processes";

export interface KubeProxy {
  namespace: string;
  binary: string;
  /** Folder of the cluster, for its configuration. */
  dir: string;
  logs: string;
  kubeconfig: string;
  node: string;
  podCidr: string;
}

/**
 * Runs the real kube-proxy beside the API server. It gives ClusterIPs and LoadBalancer addresses their meaning for
 * pods and for the API server, whose calls to admission webhooks go to ClusterIPs.
 */
export async function ensureKubeProxy(proxy: KubeProxy): Promise<void> {
  const config = join(proxy.dir, "kube-proxy.yaml");
  await writeFileAtomically(config, stringify(configuration(proxy)));
  await ensureDaemon({
    namespace: proxy.namespace,
    command: [proxy.binary, `--config=${config}`],
    log: join(proxy.logs, "kube-proxy.log"),
    mark: config,
  });
}

function configuration({ kubeconfig, node, podCidr }: KubeProxy): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    clientConnection: { kubeconfig },
    hostnameOverride: node,
    clusterCIDR: podCidr,
    // The machine's own limits are none of a lab's business.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    iptables: { minSyncPeriod: "100ms" },
  };
}
