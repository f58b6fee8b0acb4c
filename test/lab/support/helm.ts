import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { LabCluster } from "../../../lab";
import { UPSTREAM_ENVOY_VALUES } from "../../../ops/lab-mesh";
import type { Suite } from "./suite";

/**
 * Installs base, istiod and an east-west gateway as Istio's guide for Helm does.
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
 */
export function installByHelm(suite: Suite, { name, network, kubeconfig }: LabCluster): void {
  const { bin, versions } = suite.toolchain;
  const install = (release: string, chart: string, values: object) =>
    execFileSync(
      bin.helm!,
      [
        ...["install", release, join(suite.lab.charts, chart), "--namespace", "istio-system"],
        ...["--kubeconfig", kubeconfig, "--wait", "--timeout", "120s", "--values", "-"],
      ],
      { input: JSON.stringify(values), stdio: ["pipe", "ignore", "inherit"] },
    );
  install("istio-base", "base", {});
  install("istiod", "istiod", {
    ...UPSTREAM_ENVOY_VALUES,
    global: {
      ...{ hub: "docker.io/istio", tag: versions.istio, imagePullPolicy: "IfNotPresent" },
      ...{ meshID: "mesh1", multiCluster: { clusterName: name }, network },
    },
  });
  install("istio-eastwestgateway", "gateway", {
    ...{ name: "istio-eastwestgateway", networkGateway: network, imagePullPolicy: "IfNotPresent" },
  });
}
