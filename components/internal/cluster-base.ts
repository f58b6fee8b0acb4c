import { Namespace, NamespacePatch } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { BASE_RELEASE, ISTIO_NAMESPACE, NETWORK_LABEL, OWNER_ANNOTATION } from "../names";
import type { HelmValues, ReaderPlan } from "../spec/types";
import { chartOf, type IstioArgs } from "./istio-args";
import { pullSecrets } from "./pull-secrets";
import { readerToken } from "./reader";
import { unknown } from "./unknown";
import { versionSteps } from "./version-steps";

/** What a cluster's system namespace tells istiods. */
export interface SystemNamespaceInput {
  readonly network: string;
  readonly annotations?: Record<string, string>;
  /** Whose it is, where it is made here. @default - it is not marked */
  readonly owner?: pulumi.Input<string> | undefined;
  /** Whether the namespace is there already and stays somebody else's. @default false */
  readonly adoptNamespace?: boolean | undefined;
}

/** Istio's namespace, labelled with the cluster's network. Of an adopted one nothing else is touched, nor is it deleted. */
export function systemNamespace(
  name: string,
  { network, annotations, owner, adoptNamespace }: SystemNamespaceInput,
  opts: pulumi.CustomResourceOptions,
): Namespace | NamespacePatch {
  const labelled = { name: ISTIO_NAMESPACE, labels: { [NETWORK_LABEL]: network } };
  const resourceName = `${name}-${ISTIO_NAMESPACE}`;
  if (adoptNamespace) {
    const metadata = annotations === undefined ? labelled : { ...labelled, annotations };
    return new NamespacePatch(resourceName, { metadata }, opts);
  }
  const marks = { ...annotations, ...(owner === undefined ? {} : { [OWNER_ANNOTATION]: owner }) };
  const metadata = Object.keys(marks).length === 0 ? labelled : { ...labelled, annotations: marks };
  return new Namespace(resourceName, { metadata }, opts);
}

/**
 * UID of the namespace in the cluster. Unknown in the preview of one that is yet to be made, where the API server only
 * tries what would be, and of a change that it does not even try, for want of the user's right to make it.
 */
export function uidOf(namespace: Namespace | NamespacePatch): pulumi.Output<string> {
  return pulumi.all([namespace.id, namespace.metadata]).apply(([, metadata]) => {
    const { uid } = metadata as Partial<typeof metadata>;
    return uid === undefined && pulumi.runtime.isDryRun() ? unknown() : pulumi.output(metadata.uid);
  });
}

/** What a cluster is given once. */
export interface ClusterBaseInput extends SystemNamespaceInput {
  readonly istio?: IstioArgs | undefined;
  /** Account through which other clusters read this one. @default - none */
  readonly reader?: ReaderPlan | undefined;
  /** Whether its Helm release is dropped from the state without a try to delete it. @default false */
  readonly forgetRelease?: boolean | undefined;
}

/** What a cluster has once, however many control planes it has or gets. */
export interface ClusterBase {
  readonly namespaceUid: pulumi.Output<string>;
  /** Of the reader, if there is one; secret. */
  readonly readerToken: pulumi.Output<string> | undefined;
  /** Options of whatever else is in the namespace. */
  readonly inNamespace: { readonly parent: pulumi.Resource; readonly dependsOn: pulumi.Resource[] };
  /** What has to be there before a control plane is. */
  readonly resources: pulumi.Resource[];
}

/**
 * Istio's namespace with its network, the Secrets by which images are pulled, the base chart, and the reader.
 *
 * @param values - of the base chart
 */
export function clusterBase(
  name: string,
  { istio, reader, forgetRelease = false, ...namespaceInput }: ClusterBaseInput,
  values: HelmValues,
  parent: pulumi.Resource,
): ClusterBase {
  const namespace = systemNamespace(name, namespaceInput, { parent });
  const inNamespace = { parent, dependsOn: [namespace] };
  const pulling = pullSecrets(name, istio, inNamespace);
  // Left out, it is as the component's own options say.
  const left = forgetRelease ? { retainOnDelete: true } : {};
  const base = baseRelease(name, istio, values, { ...inNamespace, ...left });
  return {
    namespaceUid: uidOf(namespace),
    readerToken: reader && readerToken(name, reader, inNamespace),
    inNamespace,
    resources: [namespace, ...pulling, base],
  };
}

/** A Release, not a HelmChart: as resources of their own Istio's CRDs would be three quarters of the stack's state. */
function baseRelease(
  name: string,
  istio: IstioArgs | undefined,
  values: HelmValues,
  opts: pulumi.CustomResourceOptions,
): Release {
  return new Release(
    `${name}-base`,
    { ...chartOf("base", istio), name: BASE_RELEASE, namespace: ISTIO_NAMESPACE, values: { ...values } },
    { ...opts, hooks: { beforeUpdate: versionSteps(name, istio) } },
  );
}
