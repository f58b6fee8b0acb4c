import { IngressGateway } from "../../components";
import type { Member } from "./member";
import { istioArgs } from "./members";
import { placedOf } from "./scope";

/** The ingress gateways of a mesh, by cluster. */
export function deployIngress(members: ReadonlyMap<string, Member>): ReadonlyMap<string, IngressGateway> {
  const made = [...members.values()].flatMap(({ scope, plan, provider, injection, usesWorkloadSocket }) => {
    const { ingress } = plan;
    if (ingress === undefined) return [];
    const { name, opts } = placedOf(scope, plan, "-ingress");
    const { credentialName, replicas, values, ...settings } = ingress;
    const gateway = new IngressGateway(
      name,
      {
        ...settings,
        ...(credentialName === undefined ? {} : { credentialName }),
        ...(replicas === undefined ? {} : { replicas }),
        ...(values === undefined ? {} : { values }),
        ...(usesWorkloadSocket ? { usesWorkloadSocket } : {}),
        istio: istioArgs(plan),
      },
      { ...opts, provider, dependsOn: injection },
    );
    return [[plan.name, gateway] as const];
  });
  return new Map(made);
}
