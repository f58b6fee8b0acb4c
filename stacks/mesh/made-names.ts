import * as pulumi from "@pulumi/pulumi";
import { componentType } from "../../components/internal/component";
import { hook } from "../../components/internal/hook";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import { type ClusterAccess, known } from "./access";
import { lookFor } from "./kube-client";
import { clusterPath } from "./problems";
import type { Site } from "./providers";
import { placedOf } from "./scope";

/** What a cluster has under names that its user may take for objects of his own: what leaves the config is deleted by name. */
interface MadeNames {
  readonly pullSecrets: readonly string[];
  /** As `namespace/name`; without those that stay. */
  readonly stubs: readonly string[];
}

/**
 * Records these names, and refuses a change by which an object that is in use would be deleted, at preview and at `up`: the
 * engine runs no hook of what is deleted in a `pulumi destroy`, and so could not run one of these objects' own. Nothing
 * depends on the record, or it could not be taken out of the state.
 */
export function recordNames({ scope, plan: cluster, access }: Site, plan: MeshPlan): void {
  // Each record is two more writes of the state: none where the config has no such names.
  if (!plan.namesServices && cluster.istio.imagePullSecrets.length === 0) return;
  const { name, opts } = placedOf(scope, cluster, ".names");
  const guard = hook(name, async ({ urn, oldInputs, newInputs }) => {
    const [before, after] = [oldInputs, newInputs].map((inputs) => parse(inputs?.["input"]));
    if (before === undefined || after === undefined) return;
    const path = clusterPath(cluster.name, plan.clusters);
    const lost = before.pullSecrets.find(
      (secret) => !after.pullSecrets.includes(secret) && cluster.istio.imagePullSecrets.includes(secret),
    );
    if (lost !== undefined) throw new Error(`${path} ${pullSecretFault(lost)}`);
    const left = before.stubs.filter((stub) => !after.stubs.includes(stub));
    const used = left.length === 0 ? undefined : await usedIn(left, access);
    if (used !== undefined) throw new Error(`${path} ${stubFault(used, urn, name)}`);
  });
  const input = JSON.stringify(namesOf(cluster, plan));
  new pulumi.Stash(name, { input }, { ...opts, hooks: { beforeUpdate: guard } });
}

function namesOf({ name, istio }: ClusterPlan, { serviceStubs }: MeshPlan): MadeNames {
  const stubs = serviceStubs.filter(({ cluster }) => cluster === name).flatMap(({ services }) => services);
  return {
    pullSecrets: Object.keys(istio.imagePullCredentials).sort(),
    stubs: stubs
      .filter(({ retained = false }) => !retained)
      .map((stub) => `${stub.namespace}/${stub.name}`)
      .sort(),
  };
}

/** The first of some stubs that leads to pods: Services of others have selectors. */
async function usedIn(
  stubs: readonly string[],
  { kubeconfig, live }: ClusterAccess,
): Promise<string | undefined> {
  const text = live && (await known(kubeconfig));
  if (text === undefined) return undefined;
  const found = stubs.map(async (stub) => {
    const [namespace = "", name = ""] = stub.split("/");
    const service = await lookFor(text, (api) => api.readNamespacedService({ name, namespace }));
    return service?.spec?.selector === undefined ? undefined : stub;
  });
  return (await Promise.all(found)).find((stub) => stub !== undefined);
}

function parse(input: unknown): MadeNames | undefined {
  return typeof input === "string" ? (JSON.parse(input) as MadeNames) : undefined;
}

function pullSecretFault(secret: string): string {
  return (
    `has ${secret} in istio.imagePullSecrets, whose Secret istio.imagePullCredentials has made: it would be deleted with these, and ` +
    "new pods could not pull their images; keep it in istio.imagePullCredentials, or list a Secret of another name"
  );
}

function stubFault(stub: string, record: string, name: string): string {
  const type = `${componentType("ServiceStubs")}$kubernetes:core/v1:Service`;
  const urn = record
    .replace(/pulumi:index:Stash::[^:]+$/, `${type}::`)
    .concat(`${name.replace(/\.names$/, "")}-service-stubs:${stub}`);
  return (
    `has a Service ${stub} that was a stub and leads to pods by now, so that it is in use and would be deleted with the stub; ` +
    "let the stack forget the stub and what is recorded of it, and the Service stays: " +
    `pulumi state delete '${urn}' --yes && pulumi state delete '${record}' --yes`
  );
}
