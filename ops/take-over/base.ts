import { ISTIO_NAMESPACE } from "../../components/names";
import { adopts } from "../../components/spec/adopt/adopted";
import type { ClusterPlan } from "../../components/spec/types";
import type { Live, Reference, TargetCluster } from "./cluster";

/** Name of the base chart's Helm release, here and in Istio's documentation. */
export const BASE_RELEASE = "istio-base";

/** How Helm knows whose an object is; it takes over one that is there if it says that it is the release's. */
const OWNER = {
  labels: { "app.kubernetes.io/managed-by": "Helm" },
  annotations: {
    "meta.helm.sh/release-name": BASE_RELEASE,
    "meta.helm.sh/release-namespace": ISTIO_NAMESPACE,
  },
};

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
const ISTIO_CRD = /\.istio\.io$/;

/** Objects of the base chart that are not its Helm release's yet, though it would have them. */
export async function unownedBase(cluster: ClusterPlan, target: TargetCluster): Promise<Reference[]> {
  const crds = adopts(cluster, "crds") ? [] : await target.list(CRD.apiVersion, CRD.kind, "");
  const validator = await target.read(VALIDATOR);
  const references = crds
    .map(({ metadata }) => ({ ...CRD, metadata: { name: metadata?.name ?? "" } }) satisfies Reference)
    .filter(({ metadata }) => ISTIO_CRD.test(metadata.name));
  const all = await Promise.all(
    references.map(async (reference) => [reference, await target.read(reference)] as const),
  );
  return [...all, [VALIDATOR, validator] as const]
    .filter(([, live]) => live !== undefined && !isOwned(live))
    .map(([reference]) => reference);
}

function isOwned({ metadata }: Live): boolean {
  const has = (found: Record<string, string> | undefined, wanted: Record<string, string>) =>
    Object.entries(wanted).every(([key, value]) => found?.[key] === value);
  return has(metadata?.labels, OWNER.labels) && has(metadata?.annotations, OWNER.annotations);
}

/** Lets the base chart's release have its objects, and keeps the account that the links of today use. */
export async function giveBase(objects: readonly Reference[], target: TargetCluster): Promise<void> {
  for (const reference of objects) await target.mark(reference, OWNER.labels, OWNER.annotations);
  if ((await target.read(OLD_READER)) !== undefined) await target.mark(OLD_READER, {}, KEEP);
}
