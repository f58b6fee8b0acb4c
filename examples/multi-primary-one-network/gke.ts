import { Firewall, Network, Subnetwork } from "@pulumi/gcp/compute";
import { Cluster } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";

/** Where a cluster is, and the addresses of its nodes and pods, which no other cluster of the VPC may have. */
export interface Place {
  readonly zone: string;
  readonly nodeCidr: string;
  readonly podCidr: string;
}

const vpc = new Network("mesh", { autoCreateSubnetworks: false });

/** Lets the pods of any cluster reach those of every other one; by default a cluster's nodes accept only its own. */
export function connectPods(places: readonly Place[]): Firewall {
  return new Firewall("pods", {
    network: vpc.id,
    sourceRanges: places.map(({ podCidr }) => podCidr),
    allows: [{ protocol: "tcp" }, { protocol: "udp" }, { protocol: "icmp" }],
  });
}

/** A VPC-native cluster: its pods have addresses of the VPC. */
export function gkeCluster(name: string, { zone, nodeCidr, podCidr }: Place): pulumi.Output<string> {
  const subnetwork = new Subnetwork(name, {
    network: vpc.id,
    region: zone.replace(/-[a-z]$/, ""),
    ipCidrRange: nodeCidr,
  });
  const cluster = new Cluster(name, {
    location: zone,
    network: vpc.id,
    subnetwork: subnetwork.id,
    ipAllocationPolicy: { clusterIpv4CidrBlock: podCidr },
    initialNodeCount: 2,
    nodeConfig: {
      machineType: "e2-standard-4",
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    },
    deletionProtection: false,
  });
  return pulumi
    .all([cluster.endpoint, cluster.masterAuth.clusterCaCertificate])
    .apply(([endpoint, ca]) => kubeconfig(name, `https://${endpoint}`, ca));
}

/** The credential is made by an exec plugin, which only Pulumi runs: other clusters get server and CA of this. */
function kubeconfig(name: string, server: string, ca: string): string {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "gke-gcloud-auth-plugin",
    provideClusterInfo: true,
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server, "certificate-authority-data": ca } }],
    users: [{ name, user: { exec } }],
  });
}
