import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link clusterProvider}. */
export interface ClusterProviderArgs {
  /** Kubeconfig with one context, YAML or JSON. */
  kubeconfig: pulumi.Input<string>;
  /**
   * By what the engine tells this cluster from others: with another one everything of the cluster is made anew.
   * @default - the name of the provider
   */
  clusterIdentifier?: pulumi.Input<string>;
  /**
   * What happens to changes while the API server does not answer: `fail`, `skip`, or `forget`, which drops what is
   * removed from the state without asking the cluster.
   * @default "fail"
   */
  whenUnreachable?: string;
}

/**
 * The provider that a cluster's components need. One of a program's own has to have the same settings, or a change of a
 * CA deletes the Secret `cacerts` before it makes the new one, and with it goes the record by which roots that are
 * exchanged out of order are refused: the engine asks nobody before it deletes.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#enablesecretmutable_nodejs
 */
export function clusterProvider(
  name: string,
  { kubeconfig, clusterIdentifier = name, whenUnreachable = "fail" }: ClusterProviderArgs,
  opts?: pulumi.ResourceOptions,
): k8s.Provider {
  if (!["fail", "skip", "forget"].includes(whenUnreachable))
    throw new Error(`whenUnreachable of ${name} is "${whenUnreachable}"; use fail, skip or forget`);
  return new k8s.Provider(
    name,
    {
      kubeconfig,
      // Without it a new address or credential in the kubeconfig would replace every resource of the cluster.
      // https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#clusteridentifier_nodejs
      clusterIdentifier,
      // Without these new data would delete an object before making it anew: for cacerts a window without a CA,
      // for istiod's ConfigMaps one without mesh configuration or injection template.
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      skipUpdateUnreachable: whenUnreachable !== "fail",
      // Never by default: a cluster that is merely out of reach would be left with all that is in it.
      ...(whenUnreachable === "forget" ? { deleteUnreachable: true } : {}),
    },
    opts,
  );
}
