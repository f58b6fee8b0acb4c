import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { isUnitTest } from "../../components/internal/unit-test";
import { addressDoubts, addressFault } from "./api-address";
import {
  type ApiEndpoint,
  apiEndpoint,
  type EndpointOverrides,
  KubeconfigError,
  selectContext,
  type SelectedContext,
  singleContext,
} from "./kubeconfig";
import { type LiveCluster, lookAt } from "./live";

/** How the program reaches a cluster, and how other clusters do. */
export interface ClusterAccess {
  /** Kubeconfig with one context, for the provider only; secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** What tells the cluster from another of the same name, if that is known. */
  readonly identity?: pulumi.Output<string> | undefined;
  /** By what the engine tells it from others, where another stack has recorded that. @default - it is recorded here */
  readonly identifier?: pulumi.Output<string> | undefined;
  /** API address and CA for links to this cluster; a function, so that a cluster nobody observes needs neither. */
  readonly endpoint: () => pulumi.Output<ApiEndpoint>;
  /** Asks the API server what cluster it is of, at each call anew. @default - it is not asked */
  readonly live?: (() => pulumi.Output<LiveCluster>) | undefined;
  /** Private key for the public name of its external control plane, where there is one; secret. */
  readonly privateKey?: pulumi.Output<string> | undefined;
  /** Docker configurations, JSON, by the name of the image pull Secret that is made of each; secret. */
  readonly imagePullCredentials?: Readonly<Record<string, pulumi.Output<string>>> | undefined;
}

/** What a program knows of a cluster's API. */
export interface ClusterAccessArgs {
  /**
   * Kubeconfig, YAML or JSON, by which Pulumi reaches the cluster. Exec plugins will do, since other clusters get only
   * its server and inline CA.
   */
  readonly kubeconfig: pulumi.Input<string>;
  /**
   * What tells the cluster from another of the same name, such as its endpoint or the UID of its kube-system. The first
   * one is recorded and changes nothing; after that another one makes everything anew in the new cluster, then deletes
   * it from the old. It cannot be taken away after it has changed.
   * @default - a cluster whose namespace istio-system is not the one that was made ends the preview
   */
  readonly identity?: pulumi.Input<string> | undefined;
  /** Context to use. @default - the kubeconfig's current one */
  readonly context?: string | undefined;
  /** https:// address under which other clusters reach the API. @default - the kubeconfig's server */
  readonly apiServer?: pulumi.Input<string> | undefined;
  /** CA of that address, PEM. @default - the kubeconfig's inline CA */
  readonly caBundle?: pulumi.Input<string> | undefined;
  /** Name that the API's certificate is checked for. @default - the kubeconfig's, or the host of the address */
  readonly tlsServerName?: pulumi.Input<string> | undefined;
  /** Whether all control planes share one host's network, so that a loopback address will do. @default false */
  readonly loopbackIsShared?: boolean | undefined;
  /**
   * Private key for the public name of its external control plane, PEM; `privateKeyConfig` of the spec then only says
   * that there is one.
   * @default - none: there is no such name, or a Secret in the host holds it
   */
  readonly privateKey?: pulumi.Input<string> | undefined;
  /**
   * Docker configurations, JSON, by the names of the Secrets in `istio.imagePullCredentials` of the spec, which then only
   * says which there are.
   * @default {}
   */
  readonly imagePullCredentials?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
}

/**
 * Opens the access to a cluster. Its Outputs fail with a message that names the cluster where the kubeconfig is none,
 * or gives other clusters no address or no CA to reach the API.
 */
export function clusterAccess(name: string, args: ClusterAccessArgs): ClusterAccess {
  const { context, loopbackIsShared = false } = args;
  const selected = pulumi
    .secret(args.kubeconfig)
    .apply((given) => naming(name, () => selectContext(textOf(given), context)));
  const { identity, apiServer, caBundle, tlsServerName, privateKey, imagePullCredentials = {} } = args;
  const overrides = pulumi.output({ name, apiServer, caBundle, tlsServerName });
  const kubeconfig = selected.apply(singleContext);
  let endpoint: pulumi.Output<ApiEndpoint> | undefined;
  return {
    kubeconfig,
    identity: identity === undefined ? undefined : pulumi.output(identity),
    ...(isUnitTest() ? {} : { live: () => kubeconfig.apply((text) => lookAt(text)) }),
    // Once, however many observe the cluster, since it may warn.
    endpoint: () => {
      endpoint ??= pulumi.all([selected, overrides]).apply(([found, own]) => {
        if (own.apiServer === undefined) warnOfAddress(name, found);
        return naming(name, () => checkedEndpoint(found, own, loopbackIsShared));
      });
      return endpoint;
    },
    privateKey: privateKey === undefined ? undefined : pulumi.secret(privateKey),
    imagePullCredentials: Object.fromEntries(
      Object.entries(imagePullCredentials).map(([secret, json]) => [secret, pulumi.secret(json)]),
    ),
  };
}

/** How long a kubeconfig may stay unknown, as it does at preview for a cluster that is yet to be made. */
const KNOWN_MS = 5000;

/** A kubeconfig for what runs beside the program, such as a hook; nothing where it does not become known. */
export async function known(kubeconfig: pulumi.Output<string>): Promise<string | undefined> {
  const found = new Promise<string>((resolve) => {
    kubeconfig.apply(resolve);
  });
  return Promise.race([found, sleep(KNOWN_MS, undefined, { ref: false })]);
}

/** Clouds' libraries also have kubeconfigs as objects, such as `kubeconfig` of @pulumi/eks, whose types let them pass for texts. */
function textOf(kubeconfig: unknown): string {
  return typeof kubeconfig === "string" ? kubeconfig : JSON.stringify(kubeconfig);
}

/**
 * The address and the CA under which other clusters reach an API.
 *
 * @throws {@link KubeconfigError} when one is missing, or the address is one that no other cluster can use
 */
export function checkedEndpoint(
  selected: SelectedContext,
  cluster: EndpointOverrides & { readonly name: string },
  loopbackIsShared: boolean,
): ApiEndpoint {
  const endpoint = apiEndpoint(selected, cluster);
  const fault = addressFault(cluster.name, endpoint.server, loopbackIsShared);
  if (fault !== undefined) throw new KubeconfigError(fault);
  return endpoint;
}

function warnOfAddress(name: string, { cluster: { cluster } }: SelectedContext): void {
  for (const doubt of addressDoubts(name, cluster.server ?? "", cluster["proxy-url"])) {
    void pulumi.log.warn(`the kubeconfig of cluster ${name} ${doubt}`);
  }
}

/** An error from inside an Output reaches the user without a path, so it has to name its cluster. */
function naming<T>(cluster: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new KubeconfigError(`the kubeconfig of cluster ${cluster} ${error.message}`);
  }
}
