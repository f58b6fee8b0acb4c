import type { V1ObjectMeta } from "@kubernetes/client-node";

/** Field managers of this program: of creates of any stack's, and of what its commands have let go of. */
const OURS = /^(pulumi-kubernetes-|istio-multicluster$)/;

/** Istioctl labels whatever it installs, but for CRDs. */
const OF_ISTIOCTL = "install.operator.istio.io/owning-resource";

/** As what it applies them. */
const ISTIOCTL_MANAGER = "istio-operator";

/** Whose an object is that istioctl installed. */
export const ISTIOCTL = "istioctl";

/**
 * Who has an object, in words, as far as its metadata tells.
 *
 * @returns nothing for one that Pulumi has, as after an interrupted `up`: the next one takes it up
 */
export function ownerOf({
  labels = {},
  annotations = {},
  managedFields = [],
}: V1ObjectMeta): string | undefined {
  const release = annotations["meta.helm.sh/release-name"];
  if (release !== undefined) {
    return `Helm release ${annotations["meta.helm.sh/release-namespace"] ?? ""}/${release}`;
  }
  if (OF_ISTIOCTL in labels) return ISTIOCTL;
  const writers = managedFields.filter(({ subresource }) => subresource === undefined);
  const managers = [...new Set(writers.map(({ manager = "" }) => manager))];
  if (managers.some((manager) => OURS.test(manager))) return undefined;
  if (managers.includes(ISTIOCTL_MANAGER)) return ISTIOCTL;
  return managers.length > 0 ? `field manager ${managers.join(", ")}` : "somebody else";
}
