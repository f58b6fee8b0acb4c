import {
  AgentPoolMode,
  listManagedClusterUserCredentialsOutput,
  ManagedCluster,
  ResourceIdentityType,
} from "@pulumi/azure-native/containerservice";
import { ResourceGroup } from "@pulumi/azure-native/resources";

/**
 * An AKS cluster in a resource group of its own.
 *
 * @returns how to reach it, and its ID, which a cluster that replaces it does not have: Pulumi gives it a new name
 */
export function aksCluster(name: string) {
  const group = new ResourceGroup(name);
  const cluster = new ManagedCluster(`${name}-cluster`, {
    resourceGroupName: group.name,
    dnsPrefix: name,
    identity: { type: ResourceIdentityType.SystemAssigned },
    agentPoolProfiles: [{ name: "system", mode: AgentPoolMode.System, count: 2, vmSize: "Standard_D4s_v5" }],
  });
  const { kubeconfigs } = listManagedClusterUserCredentialsOutput({
    resourceGroupName: group.name,
    resourceName: cluster.name,
  });
  const kubeconfig = kubeconfigs.apply(([first]) => Buffer.from(first?.value ?? "", "base64").toString());
  return { kubeconfig, identity: cluster.id };
}
