import * as k8s from "@pulumi/kubernetes";
import type { ClusterPlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";

/** A cluster's provider by the access to it: what is made in one cluster for another has the cluster's own one. */
const providers = new WeakMap<ClusterAccess, k8s.Provider>();

/** The provider under which everything of one cluster is made. */
export function clusterProvider(cluster: ClusterPlan, access: ClusterAccess): k8s.Provider {
  const provider = providers.get(access) ?? newProvider(cluster, access);
  providers.set(access, provider);
  return provider;
}

function newProvider(cluster: ClusterPlan, access: ClusterAccess): k8s.Provider {
  return new k8s.Provider(cluster.name, {
    kubeconfig: access.kubeconfig,
    // Without it a new address or credential in the kubeconfig would replace every resource of the cluster.
    // https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#clusteridentifier_nodejs
    clusterIdentifier: cluster.name,
    // Without these new data would delete an object before making it anew: for cacerts a window without a CA,
    // for istiod's ConfigMaps one without mesh configuration or injection template.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
    skipUpdateUnreachable: cluster.whenUnreachable !== "fail",
    // Never by default: a cluster that is merely out of reach would be left with all that is in it.
    ...(cluster.whenUnreachable === "forget" ? { deleteUnreachable: true } : {}),
  });
}
