import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Container, V1HTTPGetAction, V1Probe } from "@kubernetes/client-node";

/** What a probe is aimed at. */
export interface ProbeTarget {
  podIP: string;
  container: V1Container;
  /** Runs a command in the container; returns what went wrong, if anything. */
  exec(command: string[], timeoutMs: number): Promise<string | undefined>;
}

/** How often and how long to probe. */
export interface ProbeTiming {
  initialDelayMs: number;
  periodMs: number;
  timeoutMs: number;
  successThreshold: number;
  failureThreshold: number;
}

/** The API server fills in the defaults already; objects that came another way may lack them. */
export function probeTiming(probe: V1Probe): ProbeTiming {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: (probe.periodSeconds ?? 10) * 1000,
    timeoutMs: (probe.timeoutSeconds ?? 1) * 1000,
    successThreshold: probe.successThreshold ?? 1,
    failureThreshold: probe.failureThreshold ?? 3,
  };
}

/**
 * Probes until aborted, and reports each time that the thresholds make the outcome change.
 *
 * @param onChange - gets undefined for success, else what the last probe said
 */
export async function keepProbing(
  probe: V1Probe,
  target: ProbeTarget,
  aborted: AbortSignal,
  onChange: (failure: string | undefined) => void,
): Promise<void> {
  const timing = probeTiming(probe);
  let healthy: boolean | undefined;
  let successes = 0;
  let failures = 0;
  await pause(timing.initialDelayMs, aborted);
  while (!aborted.aborted) {
    const failure = await runProbe(probe, target, timing.timeoutMs);
    if (aborted.aborted) return;
    successes = failure === undefined ? successes + 1 : 0;
    failures = failure === undefined ? 0 : failures + 1;
    if (healthy !== true && successes >= timing.successThreshold) {
      healthy = true;
      onChange(undefined);
    } else if (healthy !== false && failures >= timing.failureThreshold) {
      healthy = false;
      onChange(failure);
    }
    await pause(timing.periodMs, aborted);
  }
}

/** Runs a probe once; returns what went wrong, if anything. */
export async function runProbe(
  probe: V1Probe,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<string | undefined> {
  if (probe.httpGet) return httpGet(probe.httpGet, target, timeoutMs);
  if (probe.exec) return target.exec(probe.exec.command ?? [], timeoutMs);
  if (probe.tcpSocket) {
    return tcpConnect(
      probe.tcpSocket.host || target.podIP,
      portNumber(probe.tcpSocket.port, target),
      timeoutMs,
    );
  }
  return "probes of this kind are not supported by the lab";
}

/** Sends the request of an HTTP probe or lifecycle hook. */
export function httpGet(
  action: V1HTTPGetAction,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<string | undefined> {
  const request = action.scheme === "HTTPS" ? httpsRequest : httpRequest;
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const options = {
    host: action.host || target.podIP,
    port: portNumber(action.port, target),
    path: action.path ?? "/",
    headers: { "user-agent": "kube-probe", ...headers },
    agent: false,
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(timeoutMs),
  } as const;
  return new Promise((resolve) => {
    const sent = request(options, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`);
    });
    sent.on("error", ({ message }) => resolve(message));
    sent.end();
  });
}

function tcpConnect(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const finish = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.on("connect", () => finish());
    socket.on("timeout", () => finish(`no connection within ${timeoutMs} ms`));
    socket.on("error", ({ message }) => finish(message));
  });
}

function portNumber(port: number | string, { container }: ProbeTarget): number {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? Number(port);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
