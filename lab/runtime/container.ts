import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Container, V1ContainerState } from "@kubernetes/client-node";
import { loadExeca } from "../toolchain/run";
import { type ContainerProcess, startProcess } from "./container-process";
import { httpGet, keepProbing, type ProbeTarget } from "./probes";
import { enterScript, type Sandbox } from "./sandbox";

/** What it takes to run a container, worked out anew at each start. */
export interface ContainerSetup {
  sandbox: Sandbox;
  command: string[];
  env: Record<string, string>;
}

/** The pod, as its containers see it. */
export interface ContainerHost {
  podIP: string;
  /** Throws if something is missing. It may yet come, such as a ConfigMap that is created after the pod. */
  setUp(container: V1Container): ContainerSetup;
  onChange(): void;
  event(type: "Normal" | "Warning", reason: string, message: string): void;
}

export type RestartPolicy = "Always" | "OnFailure" | "Never";

/** An error with the reason for which a container does not start. */
export class WaitingError extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

const RETRY_MS = 1000;
const HELD_POLL_MS = 200;
const BACK_OFF = { firstMs: 1000, maximumMs: 30_000, forgottenAfterMs: 60_000 } as const;

/** File in a container's folder whose presence keeps the container from being started. */
export const HELD_FILE = "held";

/** One container of a pod over all its restarts. */
export class Container {
  state: V1ContainerState = { waiting: { reason: "ContainerCreating" } };
  lastState: V1ContainerState = {};
  started = false;
  ready = false;
  /** Whether it has ended for good. */
  finished = false;
  private process?: ContainerProcess;
  private stopping = false;
  private backOffMs: number = BACK_OFF.firstMs;

  constructor(
    readonly spec: V1Container,
    private readonly host: ContainerHost,
    private readonly folder: string,
    private readonly policy: RestartPolicy,
    public restartCount: number,
  ) {}

  /** Runs the container until it has ended for good. */
  async run(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    while (!this.stopping) {
      await this.whileHeld();
      const code = await this.runOnce();
      if (code === undefined || !this.restartsAfter(code)) break;
      await this.backOff(code);
      this.restartCount += 1;
    }
    this.finished = true;
    this.host.onChange();
  }

  /** Ends the container: preStop hook and SIGTERM, and SIGKILL when the grace period is over. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    const deadline = AbortSignal.timeout(Math.max(graceMs, 1));
    const { preStop } = this.spec.lifecycle ?? {};
    if (this.process && graceMs > 0) {
      await Promise.race([this.hook(preStop, graceMs), aborted(deadline)]);
      await this.process.terminate();
      await Promise.race([this.process.exit, aborted(deadline)]);
    }
    await this.process?.kill();
  }

  /** Ends the container's process at once, as a crash would. */
  async kill(): Promise<void> {
    await this.process?.kill();
  }

  /** Starts the process and waits for its end. Returns its exit code, or undefined if it is not to start any more. */
  private async runOnce(): Promise<number | undefined> {
    const setup = await this.setUp();
    if (setup === undefined || this.stopping) return undefined;
    const pidFile = join(this.folder, "pid");
    this.process = await startProcess(setup, this.folder);
    await writeFile(pidFile, String(this.process.pid));
    await writeFile(join(this.folder, "enter"), enterScript(setup.sandbox, setup.env, pidFile), {
      mode: 0o755,
    });
    const startedAt = new Date();
    this.change({ running: { startedAt } }, { started: false, ready: false });
    const probing = new AbortController();
    void this.comeUp(probing.signal);
    const code = await this.process.exit;
    probing.abort();
    this.process = undefined;
    await rm(pidFile, { force: true });
    const reason = code === 0 ? "Completed" : "Error";
    if (Date.now() - startedAt.getTime() > BACK_OFF.forgottenAfterMs) this.backOffMs = BACK_OFF.firstMs;
    this.change(
      { terminated: { exitCode: code, reason, startedAt, finishedAt: new Date() } },
      { started: false, ready: false },
    );
    return code;
  }

  /** Hook and probes of a process that has just started. */
  private async comeUp(signal: AbortSignal): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe, lifecycle } = this.spec;
    const failed = await this.hook(lifecycle?.postStart, BACK_OFF.maximumMs);
    if (failed !== undefined) return this.restart("FailedPostStartHook", failed);
    if (startupProbe) {
      const passed = new AbortController();
      await keepProbing(startupProbe, this.target(), AbortSignal.any([signal, passed.signal]), (failure) => {
        if (failure !== undefined) this.restart("Unhealthy", `Startup probe failed: ${failure}`);
        passed.abort();
      });
    }
    if (signal.aborted) return;
    this.change(this.state, { started: true, ready: readinessProbe === undefined });
    if (readinessProbe) {
      void keepProbing(readinessProbe, this.target(), signal, (failure) => {
        if (failure !== undefined)
          this.host.event("Warning", "Unhealthy", `Readiness probe failed: ${failure}`);
        this.change(this.state, { started: true, ready: failure === undefined });
      });
    }
    if (livenessProbe) {
      void keepProbing(livenessProbe, this.target(), signal, (failure) => {
        if (failure !== undefined) this.restart("Unhealthy", `Liveness probe failed: ${failure}`);
      });
    }
  }

  private restart(reason: string, message: string): void {
    this.host.event("Warning", reason, message);
    void this.kill();
  }

  /** Waits until nothing is missing. */
  private async setUp(): Promise<ContainerSetup | undefined> {
    while (!this.stopping) {
      try {
        return this.host.setUp(this.spec);
      } catch (error) {
        const { message } = error as Error;
        const reason = error instanceof WaitingError ? error.reason : "CreateContainerConfigError";
        if (this.state.waiting?.message !== message) this.host.event("Warning", "Failed", message);
        this.change({ waiting: { reason, message } }, { started: false, ready: false });
        await sleep(RETRY_MS);
      }
    }
    return undefined;
  }

  private restartsAfter(code: number): boolean {
    if (this.stopping) return false;
    return this.policy === "Always" || (this.policy === "OnFailure" && code !== 0);
  }

  private async backOff(code: number): Promise<void> {
    this.lastState = this.state;
    const message = `back-off ${this.backOffMs / 1000}s restarting failed container=${this.spec.name}`;
    this.host.event("Warning", "BackOff", `${message}, which ended with exit code ${code}`);
    this.change({ waiting: { reason: "CrashLoopBackOff", message } }, { started: false, ready: false });
    await sleep(this.backOffMs);
    this.backOffMs = Math.min(this.backOffMs * 2, BACK_OFF.maximumMs);
  }

  private async whileHeld(): Promise<void> {
    const held = () => existsSync(join(this.folder, HELD_FILE)) && !this.stopping;
    if (held()) this.change({ waiting: { reason: "Held", message: "stopped by a lever of the lab" } });
    while (held()) await sleep(HELD_POLL_MS);
  }

  private async hook(
    handler: NonNullable<V1Container["lifecycle"]>["preStop"],
    timeoutMs: number,
  ): Promise<string | undefined> {
    if (handler?.exec) return this.target().exec(handler.exec.command ?? [], timeoutMs);
    if (handler?.httpGet) return httpGet(handler.httpGet, this.target(), timeoutMs);
    if (handler?.sleep) await sleep(handler.sleep.seconds * 1000);
    return undefined;
  }

  private target(): ProbeTarget {
    return {
      podIP: this.host.podIP,
      container: this.spec,
      exec: async (command, timeout) => {
        const execa = await loadExeca();
        const options = { reject: false, timeout, all: true, stdin: "ignore" } as const;
        const { failed, all } = await execa(join(this.folder, "enter"), command, options);
        return failed ? `command failed: ${all}` : undefined;
      },
    };
  }

  private change(state: V1ContainerState, flags: { started?: boolean; ready?: boolean } = {}): void {
    this.state = state;
    Object.assign(this, flags);
    this.host.onChange();
  }
}

/** The ID of a running container's first process, as seen from the node. */
export async function containerPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, "pid"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
