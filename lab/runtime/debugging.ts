import {
  ApiException,
  CustomObjectsApi,
  type KubeConfig,
  type V1Container,
  type V1Pod,
} from "@kubernetes/client-node";
import { describeError } from "./api-errors";
import { inNamespace, namespaceName } from "../network/namespaces";
import type { RuntimeConfig } from "./config";
import { logFile, previousLogFile } from "./log";
import { containerFolder } from "./paths";

const API = { group: "kwok.x-k8s.io", version: "v1alpha1" } as const;

/** Ports of every Istio proxy that its pods do not declare. */
const PROXY_PORTS = [15000, 15004, 15020, 15021, 15090];

/** Connects its standard streams with a port of the loopback address, where a forwarded connection arrives in a pod. */
const RELAY = "exec 3<>/dev/tcp/127.0.0.1/$0 4<&0 || exit 1; cat <&4 >&3 & cat <&3; kill $! 2>/dev/null";

/** kwok sees the host's own root folder there. */
const AS_HOST = ["/host/usr/sbin/chroot", "/host"];

/** The objects from which kwok answers logs, exec and port-forward for real pods, in the kubelet's place. */
export class Debugging {
  private readonly objects: CustomObjectsApi;

  constructor(
    kubeConfig: KubeConfig,
    private readonly config: RuntimeConfig,
  ) {
    this.objects = kubeConfig.makeApiClient(CustomObjectsApi);
  }

  async add(pod: V1Pod, folder: string): Promise<void> {
    const containers = [...pod.spec!.containers, ...(pod.spec!.initContainers ?? [])];
    await this.create(pod, "Exec", "execs", { execs: containers.map((one) => execTarget(one, folder)) });
    await this.create(pod, "Logs", "logs", { logs: containers.map((one) => logTarget(one, folder)) });
    await this.create(pod, "PortForward", "portforwards", { forwards: this.forwards(pod, containers) });
  }

  async remove({ metadata }: V1Pod): Promise<void> {
    const { name, namespace } = metadata!;
    for (const plural of ["execs", "logs", "portforwards"]) {
      const request = { ...API, plural, name: name!, namespace: namespace! };
      await this.objects.deleteNamespacedCustomObject(request).catch(() => {});
    }
  }

  private async create({ metadata }: V1Pod, kind: string, plural: string, spec: object): Promise<void> {
    const { name, namespace, uid } = metadata!;
    // The garbage collector removes them even if this runtime is gone by then.
    const ownerReferences = [{ apiVersion: "v1", kind: "Pod", name, uid }];
    const object = { name, namespace, ownerReferences };
    const body = { apiVersion: `${API.group}/${API.version}`, kind, metadata: object, spec };
    const request = { ...API, plural, namespace: namespace! };
    await this.objects.createNamespacedCustomObject({ ...request, body }).catch((error: unknown) => {
      if (!(error instanceof ApiException && error.code === 409)) {
        console.error(`${kind} of pod ${namespace}/${name}:`, describeError(error));
      }
    });
  }

  private forwards(pod: V1Pod, containers: V1Container[]): object[] {
    const declared = containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
    const { lab, cluster } = this.config;
    const [command, args] = inNamespace(
      namespaceName.pod(lab, cluster, pod.metadata!.uid!),
      "bash",
      "-c",
      RELAY,
    );
    return [...new Set([...declared, ...PROXY_PORTS])].map((port) => ({
      ports: [port],
      command: [...AS_HOST, command, ...args, String(port)],
    }));
  }
}

function execTarget({ name }: V1Container, folder: string): object {
  const script = `${containerFolder(folder, name)}/enter`;
  return { containers: [name], local: { envs: [{ name: "ENTER_CONTAINER", value: script }] } };
}

function logTarget({ name }: V1Container, folder: string): object {
  const own = containerFolder(folder, name);
  return { containers: [name], logsFile: logFile(own), previousLogsFile: previousLogFile(own) };
}
