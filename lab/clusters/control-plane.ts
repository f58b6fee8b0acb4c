import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Health, KubeConfig } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { ensureMachine, killMachine } from "../nodes/machine";
import { writeFileAtomically } from "../state";
import type { Toolchain } from "../toolchain";
import { loadExeca } from "../toolchain/run";
import { type ControlPlane, controlPlaneFiles, controlPlaneServices } from "./control-plane-services";
import { dnsObjects } from "./dns";
import { createCredentials } from "./kubeadm";
import { waitUntilReady } from "./ready";

export type { ControlPlane } from "./control-plane-services";
export { ensureNodeKubeconfig } from "./kubeadm";

/** Brings a control plane up, whatever is left of it: creates it, or starts the one that was. */
export async function ensureControlPlane(plane: ControlPlane, toolchain: Toolchain): Promise<void> {
  const { name, folder, kubeconfig } = plane;
  const files = controlPlaneFiles(plane);
  if (!existsSync(kubeconfig)) {
    await killMachine(plane);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await createCredentials(plane, toolchain);
    await writeFile(files.auditPolicy, stringify(AUDIT_POLICY));
  }
  const etc: Record<string, string> = plane.aggregatorRouting
    ? { "resolv.conf": `nameserver ${plane.addresses.nodes[0]!.address}\n` }
    : {};
  await ensureMachine({ ...plane, etc, services: controlPlaneServices(plane, toolchain.bin) });
  const admin = new KubeConfig();
  admin.loadFromFile(files.admin);
  const health = new Health(admin);
  const patience = { seconds: 60, logs: join(folder, "var/log") };
  await waitUntilReady(`The API server of cluster ${name}`, patience, () => health.readyz({}));
  await writeFileAtomically(kubeconfig, userKubeconfig(name, admin));
}

/** Who asked for what and whether it was allowed, without contents. */
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

/** As `kubeadm init` does: the group is in the certificate with which the API server comes to kubelets. */
const CLUSTER_ADMINS = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "kubeadm:cluster-admins" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "kubeadm:cluster-admins" }],
};

/** Makes what every cluster has: the rights of the API server with kubelets, and where pods find the DNS server. */
export async function ensureClusterObjects(
  { kubeconfig, addresses: { dns, nodes } }: ControlPlane,
  { bin }: Toolchain,
): Promise<void> {
  const items = [CLUSTER_ADMINS, ...dnsObjects(dns, nodes[0]!.address)];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const execa = await loadExeca();
  await execa(bin.kubectl, ["--kubeconfig", kubeconfig, "apply", "--server-side", "-f", "-"], { input });
}

/** kubeadm's names are the same in all clusters; in one file for several clusters they have to differ. */
function userKubeconfig(name: string, admin: KubeConfig): string {
  const user = new KubeConfig();
  user.loadFromOptions({
    clusters: [{ ...admin.getCurrentCluster(), name }],
    users: [{ ...admin.getCurrentUser(), name }],
    contexts: [{ name, cluster: name, user: name }],
    currentContext: name,
  });
  return user.exportConfig();
}

/** One kubeconfig with a context per cluster. The first cluster's is the current one. */
export function mergeKubeconfigs(files: string[]): string {
  const merged = new KubeConfig();
  for (const file of files) {
    const one = new KubeConfig();
    one.loadFromFile(file);
    merged.mergeConfig(one, true);
  }
  const [first] = merged.getContexts();
  if (first !== undefined) merged.setCurrentContext(first.name);
  return merged.exportConfig();
}
