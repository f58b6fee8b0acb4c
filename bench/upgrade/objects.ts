import { execFileSync } from "node:child_process";

/** What is recorded of an object. */
export interface Recorded {
  /** Changes when the object is deleted and made anew. */
  readonly uid: string;
  /** Of a pod when it began and how often its containers did; of others nothing. */
  readonly starts: string;
  /** Every value that somebody declared, by its path as JSON. */
  readonly values: ReadonlyMap<string, string>;
}

/** Objects by cluster, kind, namespace and name. */
export type Objects = ReadonlyMap<string, Recorded>;

/** What became of an object between two looks. */
export interface Change {
  readonly object: string;
  readonly what: "deleted" | "replaced" | "restarted" | "made" | "changed";
  /** The paths that have another value. */
  readonly paths: readonly (readonly string[])[];
}

const NAMESPACES = ["istio-system", "sample"];

const CLUSTER_WIDE = [
  "namespaces",
  ...["clusterroles", "clusterrolebindings"].map((name) => `${name}.rbac.authorization.k8s.io`),
  ...["mutatingwebhookconfigurations", "validatingwebhookconfigurations"].map(
    (name) => `${name}.admissionregistration.k8s.io`,
  ),
  "customresourcedefinitions.apiextensions.k8s.io",
];

/** Kept by controllers, as what is annotated with a leader is by istiod's elections, whatever is deployed. */
const KEPT_BY_OTHERS = /^(events|leases|endpoints|endpointslices)(\.|$)/;
const LEADER = "control-plane.alpha.kubernetes.io/leader";

interface Live {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly startTime?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
    readonly initContainerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** Looks at all that an upgrade could touch in a cluster. */
export function lookAt(cluster: string, kubectl: string, kubeconfig: string): Objects {
  const run = (...args: string[]) =>
    execFileSync(kubectl, ["--kubeconfig", kubeconfig, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  const namespaced = run("api-resources", "--verbs=list", "--namespaced", "-o", "name")
    .trim()
    .split("\n")
    .filter((resource) => !KEPT_BY_OTHERS.test(resource));
  const list = (resources: readonly string[], ...where: string[]) =>
    (JSON.parse(run("get", resources.join(), ...where, "-o", "json")) as { items: Live[] }).items;
  const found = [
    ...list(CLUSTER_WIDE),
    ...NAMESPACES.flatMap((namespace) => list(namespaced, "-n", namespace)),
  ];
  return new Map(
    found
      .filter(({ metadata }) => metadata.annotations?.[LEADER] === undefined)
      // Helm's records, of which the releases tell.
      .filter(({ metadata }) => metadata.labels?.["owner"] !== "helm")
      .map((live) => [`${cluster} ${nameOf(live)}`, record(live)]),
  );
}

function nameOf({ kind, metadata: { name, namespace } }: Live): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

function record(live: Live): Recorded {
  const { status, metadata, ...rest } = live;
  const { uid, managedFields, resourceVersion, generation, ...declared } = metadata as Live["metadata"] &
    Record<string, unknown>;
  void [managedFields, resourceVersion, generation];
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const restarts = containers.map(({ restartCount }) => restartCount);
  return {
    uid,
    starts: live.kind === "Pod" ? [status?.startTime, ...restarts].join() : "",
    values: new Map(leaves({ metadata: declared, ...rest }, [])),
  };
}

function leaves(value: unknown, path: readonly string[]): [string, string][] {
  if (typeof value !== "object" || value === null) return [[JSON.stringify(path), JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** What has become of objects since they were looked at before. */
export function changesBetween(before: Objects, after: Objects): Change[] {
  const changes = [...before].map(([object, old]) => ({ object, ...changeOf(old, after.get(object)) }));
  const made = [...after.keys()].filter((object) => !before.has(object));
  return [
    ...changes.filter(({ what, paths }) => what !== "changed" || paths.length > 0),
    ...made.map((object) => ({ object, what: "made" as const, paths: [] })),
  ];
}

function changeOf(before: Recorded, after: Recorded | undefined): Omit<Change, "object"> {
  if (after === undefined) return { what: "deleted", paths: [] };
  const keys = [...new Set([...before.values.keys(), ...after.values.keys()])];
  const paths = keys
    .filter((key) => before.values.get(key) !== after.values.get(key))
    .map((key) => JSON.parse(key) as string[]);
  if (before.uid !== after.uid) return { what: "replaced", paths };
  return { what: before.starts === after.starts ? "changed" : "restarted", paths };
}
