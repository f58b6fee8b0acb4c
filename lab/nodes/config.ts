import { stringify } from "yaml";

/** What a node's services are told. Paths are the machine's own: each node has the usual ones for itself. */
export interface NodeConfig {
  name: string;
  /** Its own address, the first of its pod range. */
  address: string;
  podCidr: string;
  clusterDns: string;
  /** Labels of the Node beside those that kubelet sets. */
  labels: Record<string, string>;
  /** Group of control groups under which kubelet makes its own. */
  cgroup: string;
  kubeconfig: string;
  /** File with the CA that signs the clients of the kubelet's API. */
  clientCa: string;
  proxyKubeconfig: string;
  pauseImage: string;
  bin: { kubelet: string; kubeProxy: string };
}

/** Where Debian keeps the CNI plugins. */
const CNI_PLUGINS = "/usr/lib/cni";

/** How soon what pods are told shows: the defaults are minutes, which tests would wait for. Nothing else depends on it. */
const SYNC_PERIOD = "2s";

/** Files of a node's /etc. */
export function nodeFiles(node: NodeConfig): Record<string, string> {
  return {
    "containerd/config.toml": containerd(node),
    "cni/net.d/10-pods.conflist": JSON.stringify(podNetwork(node), undefined, 2),
    "kubernetes/kubelet.yaml": stringify(kubelet(node)),
    "kubernetes/kube-proxy.yaml": stringify(kubeProxy(node)),
    // Nothing of the lab may ask the machine's own name servers: there is no way to them.
    "resolv.conf": "",
  };
}

/** Command line of each of a node's services. */
export function nodeServices(node: NodeConfig): Record<string, string[]> {
  const { name, address, labels, kubeconfig, bin } = node;
  const nodeLabels = Object.entries(labels).map((label) => label.join("="));
  return {
    containerd: ["containerd"],
    kubelet: [
      bin.kubelet,
      "--config=/etc/kubernetes/kubelet.yaml",
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${name}`,
      `--node-ip=${address}`,
      `--node-labels=${nodeLabels.join()}`,
    ],
    "kube-proxy": [bin.kubeProxy, "--config=/etc/kubernetes/kube-proxy.yaml"],
  };
}

function containerd({ pauseImage }: NodeConfig): string {
  return `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Lowering a score takes CAP_SYS_RESOURCE, which root of a container lacks.
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PLUGINS}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}

/** A cable and a route per pod. Without a bridge kube-proxy needs nothing of the kernel's br_netfilter. */
function podNetwork({ podCidr }: NodeConfig): object {
  const ipam = { type: "host-local", ranges: [[{ subnet: podCidr }]], routes: [{ dst: "0.0.0.0/0" }] };
  return {
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      { type: "ptp", ipam },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

function kubelet({ cgroup, clientCa, clusterDns }: NodeConfig): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    authentication: { x509: { clientCAFile: clientCa } },
    clusterDomain: "cluster.local",
    clusterDNS: [clusterDns],
    resolvConf: "/etc/resolv.conf",
    syncFrequency: SYNC_PERIOD,
    // A lab takes what it needs of a machine that has other work: it neither reserves nor evicts nor clears images.
    failSwapOn: false,
    enforceNodeAllocatable: [],
    evictionHard: {},
    localStorageCapacityIsolation: false,
    imageGCHighThresholdPercent: 100,
  };
}

function kubeProxy({ name, podCidr, proxyKubeconfig }: NodeConfig): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    clientConnection: { kubeconfig: proxyKubeconfig },
    hostnameOverride: name,
    clusterCIDR: podCidr,
    // The machine's own limits are none of a lab's business.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    iptables: { minSyncPeriod: "100ms" },
  };
}
