import { CoreV1Api, KubeConfig, makeInformer } from "@kubernetes/client-node";
import { LoadBalancerController, type LoadBalancerOptions } from "./controller";

const RETRY_MS = 500;

/**
 * Gives the Services of one cluster their LoadBalancer addresses, as the controller of a cloud does.
 *
 * Arguments: a kubeconfig, the range of the cluster's public addresses, and LoadBalancerOptions as JSON.
 */
async function main([kubeconfig = "", publicCidr = "", options = "{}"]: string[]): Promise<void> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const controller = new LoadBalancerController(core, publicCidr, JSON.parse(options) as LoadBalancerOptions);
  for (const service of (await core.listServiceForAllNamespaces()).items) controller.adopt(service);
  const services = makeInformer(kubeConfig, "/api/v1/services", () => core.listServiceForAllNamespaces());
  services.on("add", (service) => controller.reconcile(service));
  services.on("update", (service) => controller.reconcile(service));
  services.on("delete", (service) => controller.release(service));
  services.on("error", (error: unknown) => {
    console.error(error);
    setTimeout(() => void services.start(), RETRY_MS);
  });
  await services.start();
}

process.on("unhandledRejection", (reason) => console.error(reason));

void main(process.argv.slice(2));
