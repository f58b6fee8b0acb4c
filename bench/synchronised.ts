import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../lab";
import type { Toolchain } from "../lab/toolchain";
import { loadExeca } from "../lab/toolchain/run";
import { remoteClusters } from "../verify/kube/istiod";

const INTERVAL_MS = 200;

/** Waits until the istiod of each cluster is in step with as many others as it is to observe. */
export async function synchronised(lab: Lab, { bin }: Toolchain, observed: number): Promise<void> {
  if (observed === 0) return;
  const execa = await loadExeca();
  const page = ["pilot-discovery", "request", "GET", "/debug/clusterz"];
  await Promise.all(
    lab.clusters.map(async ({ kubeconfig }) => {
      const args = [
        "--kubeconfig",
        kubeconfig,
        "exec",
        "-n",
        "istio-system",
        "deployment/istiod",
        "--",
        ...page,
      ];
      for (;;) {
        const { stdout } = await execa(bin.kubectl, args);
        if (remoteClusters(stdout).filter(({ state }) => state === "synced").length >= observed) return;
        await sleep(INTERVAL_MS);
      }
    }),
  );
}
