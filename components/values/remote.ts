import { WEBHOOK_PORT } from "../names";
import { mergeValues } from "../spec/settings";
import type { BaseSpec, HelmValues } from "../spec/types";
import { baseValues, STABLE_WEBHOOK_VALUES } from "./base";

/** How the API server of a cluster without an istiod has Istio's objects validated. */
export interface RemoteValidation {
  /** Name by which it calls its control plane. @default - none: the Service `istiod` */
  readonly webhookHostName?: string | undefined;
  /** Whether it can trust the control plane that it calls. */
  readonly isTrusted: boolean;
}

/** What the istiod chart has to know of a remote. */
export interface RemoteValuesInput extends RemoteValidation {
  readonly clusterName: string;
  readonly network: string;
  readonly meshId: string;
  readonly trustDomain: string;
  readonly hub?: string | undefined;
  readonly tag?: string | undefined;
  readonly imagePullSecrets: readonly string[];
  readonly values?: HelmValues | undefined;
}

/** Istio's chart profile for clusters that another one serves. */
const REMOTE_PROFILE = { profile: "remote" } as const;

/** Values of a remote's base chart. */
export function remoteBaseValues(base: BaseSpec, remote: RemoteValidation, adoptCrds = false): HelmValues {
  const values = mergeValues(REMOTE_PROFILE, validation(remote));
  return baseValues({ values: mergeValues(values, base.values ?? {}) }, adoptCrds);
}

/**
 * With a name the validation webhooks of both charts go there.
 *
 * An istiod gives its CA to the webhooks of its config cluster; of the remotes that it serves only to those that inject.
 * With `Fail` such a remote would take no object of Istio's kinds at all. Its control plane reads none there anyway.
 * @see https://github.com/istio/istio/blob/1.31.0/pilot/pkg/serviceregistry/kube/controller/multicluster.go
 */
function validation({ webhookHostName, isTrusted }: RemoteValidation): HelmValues {
  const settings = {
    ...(webhookHostName === undefined ? {} : { validationURL: `${webhookUrl(webhookHostName)}/validate` }),
    ...(isTrusted ? {} : { validationFailurePolicy: "Ignore" }),
  };
  return Object.keys(settings).length === 0 ? {} : { base: settings };
}

function webhookUrl(hostName: string): string {
  return `https://${hostName}:${WEBHOOK_PORT}`;
}

/**
 * Values of the istiod chart for a remote: accounts, roles and webhooks, no istiod.
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/primary-remote_multi-network/
 */
export function remoteIstiodValues(input: RemoteValuesInput): HelmValues {
  const values = {
    ...REMOTE_PROFILE,
    ...STABLE_WEBHOOK_VALUES,
    global: {
      meshID: input.meshId,
      multiCluster: { clusterName: input.clusterName },
      network: input.network,
      configCluster: true,
      imagePullSecrets: [...input.imagePullSecrets],
      enableReaderRBAC: false,
      ...(input.hub === undefined ? {} : { hub: input.hub }),
      ...(input.tag === undefined ? {} : { tag: input.tag }),
    },
    // The primary reads the remote's trust domain from the remote's own mesh configuration.
    configMap: true,
    meshConfig: { trustDomain: input.trustDomain },
    istiodRemote: injection(input),
  };
  return mergeValues(mergeValues(values, validation(input)), input.values ?? {});
}

function injection({ clusterName, network, webhookHostName }: RemoteValuesInput): HelmValues {
  const path = `/inject/cluster/${clusterName}/net/${network}`;
  if (webhookHostName === undefined) return { injectionPath: path };
  return { injectionURL: `${webhookUrl(webhookHostName)}${path}` };
}
