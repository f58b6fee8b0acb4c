import { LOAD_BALANCER_ZONE } from "../load-balancer/controller";

const METADATA = { name: "kube-dns", namespace: "kube-system" };
const PORTS = [
  { name: "dns", protocol: "UDP", port: 53 },
  { name: "dns-tcp", protocol: "TCP", port: 53 },
];

/**
 * CoreDNS's configuration: the cluster's Services, and load balancers everywhere, whose names hold their addresses.
 * Nothing else exists: without the last answer it would be SERVFAIL, by which clients try again instead of giving up.
 * Each has a block of its own, since within one templates answer before Kubernetes, whatever their order.
 */
export function corefile(kubeconfig: string, address: string): string {
  return `(common) {
  bind ${address}
  errors
}
cluster.local in-addr.arpa {
  import common
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig}
    pods insecure
    ttl 5
  }
}
${LOAD_BALANCER_ZONE} {
  import common
  template IN A {
    match ^(\\d+)-(\\d+)-(\\d+)-(\\d+)\\.
    answer "{{ .Name }} 5 IN A {{ index .Match 1 }}.{{ index .Match 2 }}.{{ index .Match 3 }}.{{ index .Match 4 }}"
  }
  template IN AAAA {
    rcode NOERROR
  }
}
. {
  import common
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;
}

/** The Service under whose ClusterIP pods ask, and the address where the server listens. */
export function dnsObjects(clusterIp: string, address: string): object[] {
  const labels = { "k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS" };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...METADATA, labels },
      spec: { clusterIP: clusterIp, ports: PORTS },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...METADATA, labels: { "kubernetes.io/service-name": METADATA.name } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: PORTS,
    },
  ];
}
