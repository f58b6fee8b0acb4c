import * as k8s from "@pulumi/kubernetes";
import type { ClusterPlan } from "../components/topology/types";
import type { ClusterAccess } from "./access";

/** The provider under which everything of one cluster is made. */
export function clusterProvider(cluster: ClusterPlan, access: ClusterAccess): k8s.Provider {
  return new k8s.Provider(cluster.name, {
    kubeconfig: access.kubeconfig,
    // Without it a new address or credential in the kubeconfig would replace every resource of the cluster.
    // https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#clusteridentifier_nodejs
    clusterIdentifier: cluster.name,
    // Without it new data would delete a Secret before making it anew: for cacerts a window without a CA.
    enableSecretMutable: true,
    skipUpdateUnreachable: cluster.whenUnreachable === "skip",
  });
}
