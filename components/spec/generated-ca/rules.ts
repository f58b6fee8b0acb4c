import { positionOf } from "../../pki/phases";
import { planCa } from "../ca/plan";
import type { CaPlan, MeshSpec, Problem, RootPhase } from "../types";

/** The phase that has to be verified before another one can begin. */
const VERIFIED_BEFORE: Partial<Record<RootPhase, RootPhase>> = {
  "sign-new": "trust-both",
  "drop-old": "sign-new",
};

/** Root and intermediates fit into each other, and the rotation is one that can be; what the state allows hooks check. */
export function generatedCa(spec: MeshSpec): Problem[] {
  return [...withinRoot(spec), ...position(spec), ...verified(spec)];
}

function withinRoot({ ca, clusters }: MeshSpec): Problem[] {
  const plan = planCa(ca);
  return [
    ...lifetime("ca.intermediateValidityDays", plan.intermediateValidityDays, plan),
    ...clusters.flatMap(({ intermediateValidityDays = 0 }, index) =>
      lifetime(`clusters[${index}].intermediateValidityDays`, intermediateValidityDays, plan),
    ),
  ];
}

function lifetime(path: string, days: number, { rootValidityDays }: CaPlan): Problem[] {
  if (days <= rootValidityDays) return [];
  return [
    {
      path,
      message: `is ${days}, so intermediates would outlive the root (${rootValidityDays} days); lower it or raise ca.rootValidityDays`,
    },
  ];
}

function position({ ca }: MeshSpec): Problem[] {
  const { generation, phase } = positionOf(ca?.root);
  if (phase === "stable" || generation > 1) return [];
  return [
    {
      path: "ca.root.generation",
      message: `is 1, but phase ${phase} is about the change to another root; raise it by one, to 2 for the first rotation`,
    },
  ];
}

function verified({ ca }: MeshSpec): Problem[] {
  const { phase } = positionOf(ca?.root);
  const needed = VERIFIED_BEFORE[phase];
  if (ca?.root?.verified === needed) return [];
  const path = "ca.root.verified";
  if (needed === undefined) return [{ path, message: `has no meaning in phase ${phase}; remove it` }];
  return [
    {
      path,
      message: `must be ${needed} for phase ${phase}; run pulumi up in phase ${needed}, then npm run verify until it passes, then set it`,
    },
  ];
}
