import { mkdir, rm } from "node:fs/promises";
import { KubeConfig, type KubernetesObject } from "@kubernetes/client-node";
import { deleteNamespace, listNamespaces, namespacePrefix } from "../network/namespaces";
import { describeError } from "./api-errors";
import { readRuntimeConfig, type RuntimeConfig } from "./config";
import { EventRecorder, type RuntimeContext } from "./context";
import { Debugging } from "./debugging";
import { LoadBalancerController } from "./load-balancer";
import { registerNode } from "./node";
import { PodManager } from "./pod-manager";
import { ClusterSources } from "./sources";
import { StatusWriter } from "./status-writer";

/** The pod runtime of one cluster. Its only argument is its configuration file. */
async function main(configFile: string): Promise<void> {
  const config = readRuntimeConfig(configFile);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(config.kubeconfig);
  await removeLeftovers(config);
  await registerNode(kubeConfig, config);
  const sources = new ClusterSources(kubeConfig, config.node.name);
  const context: RuntimeContext = {
    config,
    kubeConfig,
    sources,
    statusWriter: new StatusWriter(kubeConfig),
    events: new EventRecorder(kubeConfig, config.node.name),
    debugging: new Debugging(kubeConfig, config),
  };
  connect(sources, new PodManager(context), new LoadBalancerController(kubeConfig, config.publicCidr));
  await sources.start();
  console.log(`node ${config.node.name} runs pods`);
}

function connect(sources: ClusterSources, pods: PodManager, loadBalancer: LoadBalancerController): void {
  const { configMaps, secrets, services } = sources;
  sources.pods.on("change", (pod) =>
    pods.onPod(pod, sources.pods.get(pod.metadata!.name!, pod.metadata!.namespace)),
  );
  const onData = ({ metadata }: KubernetesObject) => pods.onData(metadata!.namespace!, metadata!.name!);
  configMaps.on("change", onData);
  secrets.on("change", onData);
  services.on("change", (service) => {
    pods.onServices();
    if (services.get(service.metadata!.name!, service.metadata!.namespace) === undefined) {
      loadBalancer.release(service);
      return;
    }
    const name = `${service.metadata!.namespace}/${service.metadata!.name}`;
    loadBalancer
      .reconcile(service, services.list())
      .catch((error: unknown) => console.error(`address of service ${name}:`, describeError(error)));
  });
}

/** Pods of a runtime that died are started anew, and what it left is of no use any more. */
async function removeLeftovers({ lab, cluster, pods }: RuntimeConfig): Promise<void> {
  const namespaces = await listNamespaces(namespacePrefix.pods(lab, cluster));
  await Promise.all(namespaces.map(deleteNamespace));
  await rm(pods, { recursive: true, force: true });
  await mkdir(pods, { recursive: true, mode: 0o711 });
}

// One pod's trouble must not end those of the others.
process.on("unhandledRejection", (reason) => console.error(reason));

main(process.argv[2]!).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
