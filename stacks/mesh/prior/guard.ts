import * as pulumi from "@pulumi/pulumi";
import { hook } from "../../../components/internal/hook";
import { adopts } from "../../../components/spec/adopt/adopted";
import type { ClusterPlan, MeshPlan } from "../../../components/spec/types";
import { type ClusterAccess, known } from "../access";
import type { PriorError } from "./base-faults";
import { clusterPath } from "../problems";
import { lookAtPrior, type Prior } from "./look";
import { isLookedFor, LOOKED_FOR, priorFaults } from "./object-faults";

/** Says to the program that what is there is about to be taken over, so that it is in nobody's way. */
export const TAKING_OVER = "ISTIO_MULTICLUSTER_TAKING_OVER";

const TYPES: readonly string[] = Object.values(LOOKED_FOR);

/**
 * Looks before anything of a cluster is made whether somebody else made it already, at preview and at `up`. The engine calls
 * only for what is not in the state, so a mesh that runs asks nothing; the API server is asked once.
 *
 * @param name - of the cluster's resources
 * @returns for the options of components: what is below them is held back
 */
export function priorGuard(
  name: string,
  cluster: ClusterPlan,
  mesh: MeshPlan,
  { kubeconfig, live }: ClusterAccess,
): pulumi.ResourceTransformation[] {
  if (live === undefined || process.env[TAKING_OVER] !== undefined) return [];
  let asked: Promise<Prior> | undefined;
  const ask = async (): Promise<Prior> => {
    const text = await known(kubeconfig);
    return text === undefined ? new Map() : lookAtPrior(text);
  };
  const subject = clusterPath(cluster.name, mesh.clusters);
  const guard = hook(`${name}-prior`, async ({ type, newInputs = {} }) => {
    const wanted = { type, inputs: newInputs };
    if (!isLookedFor(wanted, asked !== undefined || adopts(cluster, "istiod"))) return;
    asked ??= ask();
    const caIsKept = mesh.ca.provided !== undefined;
    const { errors, warnings } = priorFaults(wanted, await asked, caIsKept);
    // Awaited, so that an error beside it does not end the program first.
    for (const warning of warnings) await pulumi.log.warn(`${subject} ${warning}`);
    if (errors.length > 0)
      throw new Error(errors.map((error) => `${subject} ${error.text}${late(error)}`).join("\n"));
  });
  return [
    ({ type, props, opts }) =>
      TYPES.includes(type)
        ? { props, opts: pulumi.mergeOptions(opts, { hooks: { beforeCreate: guard } }) }
        : undefined,
  ];
}

/** Where the preview was skipped, the state has the setting by now, which cannot change. */
function late({ adoptMends }: PriorError): string {
  if (pulumi.runtime.isDryRun() || !adoptMends) return "";
  return "; this update has recorded what the cluster adopts, so run pulumi destroy before you change that";
}
