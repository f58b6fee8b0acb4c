import { Namespace, NamespacePatch } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { BASE_RELEASE, ISTIO_NAMESPACE, NETWORK_LABEL, OWNER_ANNOTATION } from "../names";
import type { HelmValues } from "../spec/types";
import { chartOf, type IstioArgs } from "./istio-args";

/** What a cluster's system namespace tells istiods. */
export interface SystemNamespaceInput {
  readonly network: string;
  readonly annotations?: Record<string, string>;
  /** Whose it is, where it is made here. @default - it is not marked */
  readonly owner?: pulumi.Input<string> | undefined;
  /** Whether the namespace exists and is somebody else's. @default false */
  readonly exists?: boolean | undefined;
}

/** Istio's namespace, labelled with the cluster's network. Of one that exists nothing else is touched, nor is it deleted. */
export function systemNamespace(
  name: string,
  { network, annotations, owner, exists }: SystemNamespaceInput,
  opts: pulumi.CustomResourceOptions,
): Namespace | NamespacePatch {
  const labelled = { name: ISTIO_NAMESPACE, labels: { [NETWORK_LABEL]: network } };
  const resourceName = `${name}-${ISTIO_NAMESPACE}`;
  if (exists) {
    const metadata = annotations === undefined ? labelled : { ...labelled, annotations };
    return new NamespacePatch(resourceName, { metadata }, opts);
  }
  const marks = { ...annotations, ...(owner === undefined ? {} : { [OWNER_ANNOTATION]: owner }) };
  const metadata = Object.keys(marks).length === 0 ? labelled : { ...labelled, annotations: marks };
  return new Namespace(resourceName, { metadata }, opts);
}

/**
 * UID of the namespace in the cluster. Unknown in the preview of one that is yet to be made, where the API server only
 * tries what would be.
 */
export function uidOf(namespace: Namespace | NamespacePatch): pulumi.Output<string> {
  return pulumi.all([namespace.id, namespace.metadata]).apply(([, { uid }]) => uid);
}

/** A Release, not a HelmChart: as resources of their own Istio's CRDs would be three quarters of the stack's state. */
export function baseRelease(
  name: string,
  istio: IstioArgs | undefined,
  values: HelmValues,
  opts: pulumi.CustomResourceOptions,
): Release {
  return new Release(
    `${name}-base`,
    { ...chartOf("base", istio), name: BASE_RELEASE, namespace: ISTIO_NAMESPACE, values: { ...values } },
    opts,
  );
}
