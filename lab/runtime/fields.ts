import { availableParallelism, totalmem } from "node:os";
import type {
  V1Container,
  V1ObjectFieldSelector,
  V1Pod,
  V1ResourceFieldSelector,
} from "@kubernetes/client-node";

/** What only the runtime knows of a pod. */
export interface PodFacts {
  podIP: string;
  hostIP: string;
  node: string;
}

/** The value of a downward API field. */
export function fieldValue(pod: V1Pod, { fieldPath }: V1ObjectFieldSelector, facts: PodFacts): string {
  const { metadata = {}, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (keyed !== null) return metadata[keyed[1] as "labels" | "annotations"]?.[keyed[2]!] ?? "";
  const fields: Record<string, string | undefined> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "metadata.labels": formatMap(metadata.labels),
    "metadata.annotations": formatMap(metadata.annotations),
    "spec.nodeName": facts.node,
    "spec.serviceAccountName": spec?.serviceAccountName ?? "default",
    "status.podIP": facts.podIP,
    "status.podIPs": facts.podIP,
    "status.hostIP": facts.hostIP,
    "status.hostIPs": facts.hostIP,
  };
  if (!(fieldPath in fields)) throw new Error(`field ${fieldPath} is not supported by the lab's pod runtime`);
  return fields[fieldPath] ?? "";
}

/** The value of a container's resource. Where nothing is set, the limit is what the machine has, as in a kubelet. */
export function resourceValue(
  container: V1Container,
  { resource, divisor }: V1ResourceFieldSelector,
): string {
  const [kind, name] = resource.split(".") as ["limits" | "requests", string];
  const { limits = {}, requests = {} } = container.resources ?? {};
  const machine: Record<string, number> = { cpu: availableParallelism(), memory: totalmem() };
  const set = kind === "limits" ? limits[name] : (requests[name] ?? limits[name]);
  const value = set === undefined ? (kind === "limits" ? (machine[name] ?? 0) : 0) : parseQuantity(set);
  const unit = divisor === undefined || divisor === "0" ? 1 : parseQuantity(divisor);
  return String(Math.ceil(value / unit));
}

const SUFFIXES: Record<string, number> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a Kubernetes quantity, such as 100m or 1.5Gi, stands for. */
export function parseQuantity(quantity: string): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?\d+)?)([A-Za-z]{0,2})$/.exec(quantity);
  const factor = match === null ? undefined : SUFFIXES[match[2]!];
  if (match === null || factor === undefined) throw new Error(`"${quantity}" is not a quantity`);
  return Number(match[1]) * factor;
}

/** One line key="value" per entry, sorted, as the downward API writes labels and annotations to files. */
function formatMap(map: Record<string, string> = {}): string {
  const entries = Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join("\n");
}
