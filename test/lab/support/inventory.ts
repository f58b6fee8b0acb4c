import { execFileSync } from "node:child_process";

/** Kubelets make them in their own time, which may be after the first look. */
const KUBELET_LEASES = "leases.coordination.k8s.io kube-node-lease/";

/** Names of all API objects of a cluster, as `<resource>.<group> <namespace>/<name>`, sorted. */
export function inventory(kubectl: string, kubeconfig: string): string[] {
  const run = (...args: string[]) =>
    execFileSync(kubectl, ["--kubeconfig", kubeconfig, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  const resources = new Map(
    run("api-resources", "--verbs=list", "--no-headers").trim().split("\n").map(described),
  );
  for (const [kind, name] of resources) if (name.startsWith("events")) resources.delete(kind);
  const columns = "custom-columns=V:.apiVersion,K:.kind,NS:.metadata.namespace,NAME:.metadata.name";
  // All at once: kubectl takes longer to start than to look.
  return run("get", [...resources.values()].join(","), "-A", "--no-headers", "-o", columns)
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [version = "", kind = "", namespace, name] = line.trim().split(/\s+/);
      const resource = resources.get(`${version} ${kind}`) ?? `${kind} of ${version}`;
      return `${resource} ${namespace === "<none>" ? "" : namespace}/${name}`;
    })
    .filter((object) => !object.startsWith(KUBELET_LEASES))
    .sort();
}

/** A line of `kubectl api-resources`, in which short names may be missing: kind with version, and name with group. */
function described(line: string): [kind: string, name: string] {
  const columns = line.trim().split(/\s+/);
  const [version = "", , kind = ""] = columns.slice(-3);
  const group = version.includes("/") ? `.${version.split("/")[0]}` : "";
  return [`${version} ${kind}`, `${columns[0]}${group}`];
}
