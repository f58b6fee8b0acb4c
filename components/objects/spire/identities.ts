import type { Chart } from "cdk8s";
import { INJECTED_LABEL } from "../../names";
import {
  ClusterFederatedTrustDomain,
  ClusterFederatedTrustDomainSpecBundleEndpointProfileType,
  ClusterSpiffeid,
} from "../imports/spire.spiffe.io";

/** Which trust domains the workloads of a cluster meet. */
export interface WorkloadIdentitiesInput {
  readonly federatesWith: readonly string[];
  readonly className?: string | undefined;
}

/**
 * The identity that Istio expects, for every pod with a proxy.
 * @see https://github.com/spiffe/spire-controller-manager/blob/v0.6.3/docs/clusterspiffeid-crd.md
 */
export function workloadIdentities(
  chart: Chart,
  { federatesWith, className }: WorkloadIdentitiesInput,
): void {
  const name = "istio-multicluster";
  new ClusterSpiffeid(chart, name, {
    metadata: { name },
    spec: {
      spiffeIdTemplate:
        "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}",
      podSelector: { matchExpressions: [{ key: INJECTED_LABEL, operator: "Exists" }] },
      ...(federatesWith.length === 0 ? {} : { federatesWith: [...federatesWith] }),
      ...(className === undefined ? {} : { className }),
    },
  });
}

/** A trust domain whose roots a SPIRE server is told, and where it asks for later ones. */
export interface FederatedTrustDomainInput {
  readonly trustDomain: string;
  readonly bundleEndpointUrl: string;
  /** Its roots, a SPIFFE bundle. */
  readonly bundle: string;
  readonly className?: string | undefined;
}

/** @see https://github.com/spiffe/spire-controller-manager/blob/v0.6.3/docs/clusterfederatedtrustdomain-crd.md */
export function federatedTrustDomain(chart: Chart, input: FederatedTrustDomainInput): void {
  const { trustDomain, bundleEndpointUrl, bundle, className } = input;
  new ClusterFederatedTrustDomain(chart, trustDomain, {
    metadata: { name: trustDomain },
    spec: {
      trustDomain,
      bundleEndpointUrl,
      bundleEndpointProfile: {
        type: ClusterFederatedTrustDomainSpecBundleEndpointProfileType.HTTPS_UNDERSCORE_SPIFFE,
        endpointSpiffeid: `spiffe://${trustDomain}/spire/server`,
      },
      trustDomainBundle: bundle,
      ...(className === undefined ? {} : { className }),
    },
  });
}
