import { execFileSync } from "node:child_process";
import type { Suite } from "./suite";

/** An object as an API server takes it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Applies objects to a cluster. */
export function apply(suite: Suite, cluster: string, items: readonly KubernetesObject[]): void {
  const kubeconfig = suite.kubeconfigOf(cluster);
  const command = ["--kubeconfig", kubeconfig, "apply", "--server-side", "-f", "-"];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  execFileSync(suite.toolchain.bin.kubectl, command, { input, stdio: ["pipe", "ignore", "inherit"] });
}
