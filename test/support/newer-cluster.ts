/**
 * What the API server of a cluster that is newer than any, and has kinds that not every cluster has, says of itself: by
 * path, as far as Helm and Pulumi's provider ask before they render a chart.
 */
export const NEWER_CLUSTER: Readonly<Record<string, object>> = {
  "/version": { major: "1", minor: "99", gitVersion: "v1.99.0" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: ["admissionregistration.k8s.io", "gateway.networking.k8s.io"].map((name) => {
      const version = { groupVersion: `${name}/v1`, version: "v1" };
      return { name, versions: [version], preferredVersion: version };
    }),
  },
  "/api/v1": list("v1", "Pod", true),
  "/apis/admissionregistration.k8s.io/v1": list(
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicy",
    false,
    "ValidatingAdmissionPolicyBinding",
  ),
  "/apis/gateway.networking.k8s.io/v1": list("gateway.networking.k8s.io/v1", "Gateway", true),
};

function list(groupVersion: string, kind: string, namespaced: boolean, ...others: string[]): object {
  const resources = [kind, ...others].map((own) => {
    return { kind: own, name: own.toLowerCase(), singularName: "", namespaced, verbs: ["list"] };
  });
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}
