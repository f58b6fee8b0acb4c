import { execFileSync } from "node:child_process";

/** Kubelets make them in their own time, which may be after the first look. */
const KUBELET_LEASES = "leases.coordination.k8s.io kube-node-lease/";

/** Names of all API objects of a cluster, as `<resource>.<group> <namespace>/<name>`, sorted. */
export function inventory(kubectl: string, kubeconfig: string): string[] {
  const run = (...args: string[]) =>
    execFileSync(kubectl, ["--kubeconfig", kubeconfig, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  const resources = run("api-resources", "--verbs=list", "-o", "name").trim().split("\n");
  const columns = "-o=custom-columns=NS:.metadata.namespace,NAME:.metadata.name";
  return resources
    .filter((resource) => !resource.startsWith("events"))
    .flatMap((resource) =>
      run("get", resource, "-A", "--no-headers", columns)
        .split("\n")
        .filter(Boolean)
        .map((line) => {
          const [namespace, name] = line.trim().split(/\s+/);
          return `${resource} ${namespace === "<none>" ? "" : namespace}/${name}`;
        }),
    )
    .filter((object) => !object.startsWith(KUBELET_LEASES))
    .sort();
}
