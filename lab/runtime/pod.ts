import { join } from "node:path";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { connectPod } from "../network/wiring";
import { deleteNamespace, ensureNamespace, namespaceName } from "../network/namespaces";
import { Container, type ContainerHost, type ContainerSetup, type RestartPolicy } from "./container";
import { containerSetup } from "./container-setup";
import type { RuntimeContext } from "./context";
import { createEtcFiles, serviceHosts, writeHosts } from "./etc-files";
import { containerFolder, podFolder } from "./paths";
import { type PodContainers, podStatus } from "./status";
import { PodTokens } from "./tokens";
import { writeVolume } from "./volumes";

const VOLUME_RETRY_MS = 300;
const DEFAULT_GRACE_SECONDS = 30;
/** What sidecars get to end in after the main containers used up the whole grace period. */
const MINIMUM_SIDECAR_GRACE_MS = 2000;

/** One pod on this node, from its network namespace to its last container's end. */
export class PodWorker implements ContainerHost {
  readonly folder: string;
  private readonly startTime = new Date();
  private readonly containers: PodContainers;
  private readonly tokens: PodTokens;
  private readonly namespace: string;
  private ending?: Promise<void>;
  private hostsFile = "";
  private hasFiles = false;

  constructor(
    private pod: V1Pod,
    readonly podIP: string,
    private readonly context: RuntimeContext,
  ) {
    const { lab, cluster, pods } = context.config;
    this.folder = join(pods, podFolder(pod));
    this.namespace = namespaceName.pod(lab, cluster, this.uid);
    this.tokens = new PodTokens(context.kubeConfig, pod, () => void this.refreshVolumes());
    const { initContainers = [], containers } = pod.spec!;
    const policy = pod.spec!.restartPolicy as RestartPolicy;
    this.containers = {
      init: initContainers
        .filter((spec) => !isSidecar(spec))
        .map((spec) => this.container(spec, policy === "Never" ? "Never" : "OnFailure")),
      sidecars: initContainers.filter(isSidecar).map((spec) => this.container(spec, "Always")),
      main: containers.map((spec) => this.container(spec, policy)),
    };
  }

  get uid(): string {
    return this.pod.metadata!.uid!;
  }

  /** Starts the pod's containers in order. */
  async run(): Promise<void> {
    this.onChange();
    await this.setUpNetwork();
    await this.context.debugging.add(this.pod, this.folder);
    await this.setUpVolumes();
    for (const spec of this.pod.spec!.initContainers ?? []) {
      if (this.ending) return;
      const container = this.named(spec.name);
      const run = container.run();
      if (isSidecar(spec)) {
        void run;
        await this.until(() => container.started);
      } else {
        await run;
        if (container.state.terminated?.exitCode !== 0) return;
      }
    }
    if (this.ending) return;
    await Promise.all(this.containers.main.map((container) => container.run()));
    // The containers of a Job have ended: sidecars would run on for ever.
    if (!this.ending) await this.stopSidecars(DEFAULT_GRACE_SECONDS * 1000);
  }

  /** Takes over a changed pod object. */
  update(pod: V1Pod): void {
    this.pod = pod;
    void this.refreshVolumes();
  }

  /** Ends all containers and removes what the pod had on this node. */
  end(graceSeconds: number): Promise<void> {
    this.ending ??= this.tearDown(graceSeconds * 1000);
    return this.ending;
  }

  /** Whether this is an earlier pod of the same name. */
  isPredecessorOf({ metadata }: V1Pod): boolean {
    const { name, namespace } = this.pod.metadata!;
    return metadata!.name === name && metadata!.namespace === namespace && metadata!.uid !== this.uid;
  }

  /** Whether a volume may show a ConfigMap or Secret of that name. */
  mounts(namespace: string, name: string): boolean {
    if (namespace !== this.pod.metadata!.namespace) return false;
    const { volumes = [] } = this.pod.spec!;
    const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
    return (
      volumes.some(({ configMap, secret }) => configMap?.name === name || secret?.secretName === name) ||
      projected.some(({ configMap, secret }) => configMap?.name === name || secret?.name === name)
    );
  }

  /** Brings volumes up to date with their ConfigMaps, Secrets, fields and tokens. */
  async refreshVolumes(): Promise<void> {
    if (this.ending || !this.hasFiles) return;
    await this.writeVolumes().catch(({ message }: Error) => this.event("Warning", "FailedMount", message));
  }

  /** Brings the pod's /etc/hosts up to date with the cluster's Services. */
  async refreshHosts(): Promise<void> {
    if (this.ending || !this.hasFiles) return;
    const { name, namespace } = this.pod.metadata!;
    const own = `127.0.0.1\tlocalhost\n::1\tlocalhost\n${this.podIP}\t${name}\n`;
    const content = own + serviceHosts(this.context.sources.services.list(), namespace!);
    if (content === this.hostsFile) return;
    this.hostsFile = content;
    await writeHosts(this.folder, content);
  }

  setUp(container: V1Container): ContainerSetup {
    return containerSetup(this.pod, container, {
      context: this.context,
      facts: this.facts(),
      folder: this.folder,
      namespace: this.namespace,
    });
  }

  onChange(): void {
    const status = podStatus(this.pod, this.containers, this.facts(), this.startTime);
    this.context.statusWriter.write(this.pod, status);
  }

  event(type: "Normal" | "Warning", reason: string, message: string): void {
    this.context.events.record(this.pod, type, reason, message);
  }

  private async setUpNetwork(): Promise<void> {
    const sysctls = this.pod.spec!.securityContext?.sysctls ?? [];
    const { node } = this.context.config;
    await deleteLeftover(this.namespace);
    await ensureNamespace(
      this.namespace,
      Object.fromEntries(sysctls.map(({ name, value }) => [name, value])),
    );
    await connectPod(this.namespace, `pod${this.uid.slice(0, 8)}`, this.podIP, node.address);
  }

  /** A pod may be there before the ConfigMaps, Secrets or the API server that its volumes need. */
  private async setUpVolumes(): Promise<void> {
    await createEtcFiles(this.folder, this.pod);
    this.hasFiles = true;
    await this.refreshHosts();
    let reported = "";
    while (!this.ending) {
      try {
        await this.tokens.requestAll();
        await this.writeVolumes();
        return;
      } catch (error) {
        const { message } = error as Error;
        if (message !== reported) this.event("Warning", "FailedMount", message);
        reported = message;
        await sleep(VOLUME_RETRY_MS);
      }
    }
  }

  private async writeVolumes(): Promise<void> {
    const context = {
      pod: this.pod,
      facts: this.facts(),
      source: this.context.sources,
      token: (audience: string | undefined, seconds: number) => this.tokens.get(audience, seconds),
    };
    for (const volume of this.pod.spec!.volumes ?? []) {
      await writeVolume(join(this.folder, "volumes", volume.name), volume, context);
    }
  }

  private async tearDown(graceMs: number): Promise<void> {
    const start = Date.now();
    await Promise.all([...this.containers.init, ...this.containers.main].map((one) => one.stop(graceMs)));
    await this.stopSidecars(
      Math.max(graceMs - (Date.now() - start), Math.min(graceMs, MINIMUM_SIDECAR_GRACE_MS)),
    );
    this.tokens.stop();
    await deleteNamespace(this.namespace);
    await this.context.debugging.remove(this.pod);
    await rm(this.folder, { recursive: true, force: true });
  }

  private async stopSidecars(graceMs: number): Promise<void> {
    for (const sidecar of [...this.containers.sidecars].reverse()) await sidecar.stop(graceMs);
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.ending) await sleep(50);
  }

  private container(spec: V1Container, policy: RestartPolicy): Container {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod.status ?? {};
    // A container that ran under an earlier runtime is being restarted now.
    const before = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === spec.name);
    const ran = before?.state?.running ?? before?.state?.terminated;
    const restartCount = (before?.restartCount ?? 0) + (ran ? 1 : 0);
    return new Container(spec, this, containerFolder(this.folder, spec.name), policy, restartCount);
  }

  private named(name: string): Container {
    const { init, sidecars, main } = this.containers;
    return [...init, ...sidecars, ...main].find(({ spec }) => spec.name === name)!;
  }

  private facts() {
    const { node } = this.context.config;
    return { podIP: this.podIP, hostIP: node.address, node: node.name };
  }
}

/** Whether a pod has ended for good and is not to be run again. */
export function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** How long a pod that is to be deleted may take. */
export function graceSeconds({ metadata }: V1Pod): number {
  return metadata?.deletionGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

function isSidecar({ restartPolicy }: V1Container): boolean {
  return restartPolicy === "Always";
}

async function deleteLeftover(namespace: string): Promise<void> {
  await deleteNamespace(namespace).catch(() => {});
}
