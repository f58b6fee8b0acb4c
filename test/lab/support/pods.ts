import { KubeConfig } from "@kubernetes/client-node";
import { execInNodeNetwork } from "../../../lab";
import { execInPod } from "../../../verify/kube/exec";
import type { Suite } from "./suite";

const EXEC_TIMEOUT_MS = 180_000;

/** A pod that runs, by a label selector; the tests' selectors match one. */
export function runningPod(
  suite: Suite,
  cluster: string,
  namespace: string,
  selector: string,
): { name: string; ip: string } {
  const { items } = JSON.parse(
    suite.kubectl(cluster, "get", "pods", "-n", namespace, "-l", selector, "-o", "json"),
  ) as { items: { metadata: { name: string }; status: { phase: string; podIP: string } }[] };
  const [pod] = items.filter(({ status }) => status.phase === "Running");
  if (pod === undefined) throw new Error(`no pod of ${selector} runs in ${namespace} of ${cluster}`);
  return { name: pod.metadata.name, ip: pod.status.podIP };
}

/** Runs a command in a container of a cluster's curl client, through its API server. */
export function clientExec(
  suite: Suite,
  cluster: string,
  container: string,
  command: string[],
): Promise<string> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(suite.kubeconfigOf(cluster));
  const pod = runningPod(suite, cluster, "sample", "app=curl").name;
  const target = { namespace: "sample", pod, container };
  return execInPod(kubeConfig, target, command, AbortSignal.timeout(EXEC_TIMEOUT_MS));
}

/** Whether a TCP connection from a cluster's node to an address succeeds. */
export function connects(suite: Suite, cluster: string, ip: string, port: number): Promise<boolean> {
  const command = ["timeout", "3", "bash", "-c", `: </dev/tcp/${ip}/${port}`];
  return execInNodeNetwork(suite.lab.name, cluster, command).then(
    () => true,
    () => false,
  );
}

/** One request of a cluster's client to helloworld: status and body. */
export async function requestHello(suite: Suite, cluster: string): Promise<string> {
  const url = "http://helloworld.sample:5000/hello";
  return clientExec(suite, cluster, "curl", ["curl", "-sS", "-m", "10", "-w", "\n%{http_code}", url]).then(
    (output) => {
      const [status, ...body] = output.split("\n").reverse();
      return `${status} ${body.reverse().join("\n")}`;
    },
  );
}
