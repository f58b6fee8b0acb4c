import { ISTIO_NAMESPACE } from "../../components/names";
import { adopts } from "../../components/spec/adopt/adopted";
import type { ClusterPlan } from "../../components/spec/types";
import { isIstioCrd, isOfBase, OF_BASE } from "../../stacks/mesh/prior/base-release";
import type { Reference, TargetCluster } from "./cluster";
import { TAG_LABEL } from "./leftovers";

/** Keeps an object that a release no longer has. @see https://helm.sh/docs/howto/charts_tips_and_tricks/ */
const KEEP = { "helm.sh/resource-policy": "keep" };

const VALIDATOR: Reference = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "istiod-default-validator" },
};

/** The account of the links that there are, which base has by default and the program's base has not. */
const OLD_READER: Reference = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "istio-reader-service-account", namespace: ISTIO_NAMESPACE },
};

const CRD = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };

/** Objects of the base chart that are not its Helm release's yet, though it would have them. */
export async function unownedBase(cluster: ClusterPlan, target: TargetCluster): Promise<Reference[]> {
  const crds = adopts(cluster, "crds") ? [] : await target.list(CRD.apiVersion, CRD.kind, "");
  const validator = await target.read(VALIDATOR);
  const unowned = crds
    .filter(({ metadata }) => isIstioCrd(metadata?.name ?? "") && !isOfBase(metadata))
    .map(({ metadata }) => ({ ...CRD, metadata: { name: metadata?.name ?? "" } }));
  return validator === undefined || isOfBase(validator.metadata) ? unowned : [...unowned, VALIDATOR];
}

/** `istioctl tag remove` deletes whatever has it, the validator too, which is part of a release now. */
const NO_TAG = { [TAG_LABEL]: null };

/** Lets the base chart's release have its objects, and keeps the account that the links of today use. */
export async function giveBase(objects: readonly Reference[], target: TargetCluster): Promise<void> {
  for (const reference of objects) {
    await target.mark(reference, { ...OF_BASE.labels, ...NO_TAG }, OF_BASE.annotations);
  }
  if ((await target.read(OLD_READER)) !== undefined) await target.mark(OLD_READER, {}, KEEP);
}
