import type { ConfigMap, Workspace } from "@pulumi/pulumi/automation";
import { expect, test } from "vitest";
import { openClusters } from "../../../ops/open-mesh";
import type { ClusterConfig } from "../../../stacks/config/schema";
import { insecureKubeconfig } from "../../support/served-namespaces";

const KEY = "istio-multicluster:kubeconfig1";

/** Opens a cluster whose kubeconfig is a config value. */
const open = (config: ConfigMap, context?: string) => {
  const access = { kubeconfigSecret: "kubeconfig1", ...(context && { context }) };
  const cluster: ClusterConfig = { name: "cluster1", network: "network1", access };
  return openClusters({ clusters: [cluster] }, [cluster], {} as Workspace, async () => config);
};
const valueOf = (kubeconfig: string) => ({ [KEY]: { value: kubeconfig, secret: true } });

const KUBECONFIG = insecureKubeconfig("cluster1", "https://api.example");

test("a cluster's kubeconfig is taken with its one context", async () => {
  const { kubeConfigs } = await open(valueOf(KUBECONFIG));
  expect(kubeConfigs.get("cluster1")?.getCurrentCluster()?.server).toBe("https://api.example");
});

test.each([
  [
    "is not set",
    {},
    undefined,
    /^cluster cluster1: config value kubeconfig1 of its stack is not set; .*pulumi config set --secret kubeconfig1/,
  ],
  ["is none", valueOf("[]"), undefined, /^the kubeconfig of cluster cluster1 is not a kubeconfig/],
  [
    "has not the context",
    valueOf(KUBECONFIG),
    "other",
    /^the kubeconfig of cluster cluster1 has no context "other"/,
  ],
  [
    "names a file that is not there",
    valueOf(insecureKubeconfig("cluster1", "https://api.example", { tokenFile: "/no/such/token" })),
    undefined,
    /^the kubeconfig of cluster cluster1 cannot be used: ENOENT.*\/no\/such\/token/,
  ],
])("one that %s is told with its cluster", async (_, config, context, message) => {
  await expect(open(config, context)).rejects.toThrow(message);
});
