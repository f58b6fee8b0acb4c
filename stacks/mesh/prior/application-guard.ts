import type { CoreV1Api, V1Namespace, V1Service, V1ServiceSpec } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { hook } from "../../../components/internal/hook";
import type { MeshPlan } from "../../../components/spec/types";
import { known } from "../access";
import { lookFor } from "../kube-client";
import { clusterPath } from "../problems";
import type { Site } from "../providers";
import { TAKING_OVER } from "./guard";
import { ownerOf } from "./owner-of";

/** What somebody else may have under the name that it gets here. */
interface Look {
  readonly type: string;
  readonly read: (api: CoreV1Api, wanted: Name) => Promise<V1Namespace | V1Service>;
  /** What is to be told of one that is there, for a sentence that begins with the cluster. */
  readonly faultOf: (found: V1Namespace | V1Service, wanted: Name, cluster: string) => string | undefined;
}

interface Name {
  readonly name: string;
  readonly namespace: string;
}

/** The namespace of the sample applications. */
export const SAMPLE: Look = {
  type: "kubernetes:core/v1:Namespace",
  read: (api, { name }) => api.readNamespace({ name }),
  faultOf: ({ metadata = {} }, { name }) => {
    const owner = ownerOf(metadata);
    // Every cluster has that one, and none lets it be deleted: a warning tells of it.
    if (owner === undefined || name === "default") return undefined;
    return (
      `has the namespace ${name} already, of ${owner}, which would become that of the sample applications, and be deleted with all ` +
      "that is in it once they go; give them one of their own by sampleApps.namespace, or delete this one if nobody uses it: " +
      `kubectl delete namespace ${name}`
    );
  },
};

/** A stub; other Services have selectors, whoever made them. */
export const STUB: Look = {
  type: "kubernetes:core/v1:Service",
  read: (api, wanted) => api.readNamespacedService(wanted),
  faultOf: ({ metadata = {}, spec }, { name, namespace }, cluster) => {
    const { selector } = (spec ?? {}) as V1ServiceSpec;
    const owner = ownerOf(metadata) ?? (selector === undefined ? undefined : "a pulumi up");
    if (owner === undefined) return undefined;
    return (
      `has Service ${namespace}/${name} already, of ${owner}, which would become a stub of this stack, and be deleted once that ` +
      `needs none; if it runs there, list ${cluster} in the clusters of its entry in services, or delete it if nobody uses it: ` +
      `kubectl delete service ${name} --namespace ${namespace}`
    );
  },
};

/**
 * Looks before an application's object is made, at preview and at `up`, whether somebody else has one of that name: an API
 * server takes a create for a change of it, and what leaves the config later is deleted by its name.
 *
 * @param name - of the component that makes it
 * @returns for the options of that component: what is below it is held back
 */
export function applicationGuard(
  name: string,
  { plan, access: { kubeconfig, live } }: Pick<Site, "plan" | "access">,
  { clusters }: MeshPlan,
  look: Look,
): pulumi.ResourceTransformation[] {
  if (live === undefined || process.env[TAKING_OVER] !== undefined) return [];
  const guard = hook(`${name}-prior`, async ({ newInputs = {} }) => {
    const { metadata } = newInputs as { metadata?: Partial<Name> };
    const wanted = { name: "", namespace: "", ...metadata };
    const text = await known(kubeconfig);
    const found = text === undefined ? undefined : await lookFor(text, (api) => look.read(api, wanted));
    const fault = found && look.faultOf(found, wanted, plan.name);
    if (fault !== undefined) throw new Error(`${clusterPath(plan.name, clusters)} ${fault}`);
  });
  return [
    ({ type, props, opts }) =>
      // What is retained stays when it leaves the config, whoever has it.
      type === look.type && !opts.retainOnDelete
        ? { props, opts: pulumi.mergeOptions(opts, { hooks: { beforeCreate: guard } }) }
        : undefined,
  ];
}
