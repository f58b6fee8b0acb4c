import type { V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import type { Container } from "./container";
import type { PodFacts } from "./fields";

/** The containers of a pod by their part in it. */
export interface PodContainers {
  /** Run one after the other before the main ones. */
  init: Container[];
  /** Init containers that keep running beside the main ones. */
  sidecars: Container[];
  main: Container[];
}

/** Makes a strategic merge patch replace a list that it would otherwise add to. */
const REPLACE = { $patch: "replace" };

/** The phase of a pod, from its containers and what it does when they end. */
export function podPhase({ init, main }: PodContainers): "Pending" | "Running" | "Succeeded" | "Failed" {
  if (init.some(({ finished, state }) => finished && state.terminated?.exitCode !== 0)) return "Failed";
  if (main.length > 0 && main.every(({ finished }) => finished)) {
    const failed = main.some(({ state }) => state.terminated?.exitCode !== 0);
    return failed ? "Failed" : "Succeeded";
  }
  const begun = main.some(({ state, restartCount }) => state.running || state.terminated || restartCount > 0);
  return begun ? "Running" : "Pending";
}

/** What the API server is told of a pod. */
export function podStatus(
  pod: V1Pod,
  containers: PodContainers,
  facts: PodFacts,
  startTime: Date,
): Partial<V1PodStatus> {
  const { init, sidecars, main } = containers;
  const phase = podPhase(containers);
  const initialized =
    init.every(({ state }) => state.terminated?.exitCode === 0) && sidecars.every(({ started }) => started);
  const ended = phase === "Succeeded" || phase === "Failed";
  const unready = [...sidecars, ...main].filter(({ ready }) => !ready).map(({ spec }) => spec.name);
  const ready = !ended && unready.length === 0 && gatesPass(pod);
  const why = ended
    ? { reason: "PodCompleted" }
    : { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  return {
    phase,
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    podIP: facts.podIP,
    podIPs: [{ ip: facts.podIP }, REPLACE as unknown as { ip: string }],
    startTime,
    conditions: [
      condition(pod, "PodReadyToStartContainers", true),
      condition(pod, "Initialized", initialized || ended, { reason: "ContainersNotInitialized" }),
      condition(pod, "ContainersReady", !ended && unready.length === 0, why),
      condition(pod, "Ready", ready, why),
    ],
    initContainerStatuses: inSpecOrder(pod.spec?.initContainers, [...init, ...sidecars]),
    containerStatuses: inSpecOrder(pod.spec?.containers, main),
  };
}

function gatesPass({ spec, status }: V1Pod): boolean {
  return (spec?.readinessGates ?? []).every(({ conditionType }) =>
    status?.conditions?.some(({ type, status }) => type === conditionType && status === "True"),
  );
}

/** A condition keeps the time of its last change, which is known from the pod's present status. */
function condition(
  pod: V1Pod,
  type: string,
  holds: boolean,
  whyNot: { reason?: string; message?: string } = {},
): V1PodCondition {
  const status = holds ? "True" : "False";
  const before = pod.status?.conditions?.find((candidate) => candidate.type === type);
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : new Date();
  // An absent field would leave the old text in place.
  const why = { reason: null, message: null, ...(holds ? {} : whyNot) } as unknown as typeof whyNot;
  return { type, status, ...why, ...(lastTransitionTime ? { lastTransitionTime } : {}) };
}

function inSpecOrder(specs: { name: string }[] = [], containers: Container[]): V1ContainerStatus[] {
  const found = specs.map(({ name }) => containers.find(({ spec }) => spec.name === name));
  return found.filter((container) => container !== undefined).map(containerStatus);
}

function containerStatus(container: Container): V1ContainerStatus {
  const { spec, state, lastState, restartCount, started } = container;
  // An init container counts as ready once it has done its work.
  const ready = container.ready || (container.finished && state.terminated?.exitCode === 0);
  return {
    name: spec.name,
    image: spec.image ?? "",
    imageID: "",
    ready,
    started,
    restartCount,
    state,
    lastState,
  };
}
