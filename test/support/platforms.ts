import { type GatewaySpec, type MeshSpec, type Platform, planMesh } from "../../components";
import { cluster } from "./specs";

/** What Azure's annotations of a load balancer begin with. */
export const AZURE = "service.beta.kubernetes.io/azure-load-balancer";

/** A mesh of a cluster on a platform, with a gateway, and another one that reaches it. */
export function onPlatform(platform: Platform | undefined, gateway: GatewaySpec = {}): MeshSpec {
  return { clusters: [cluster(1, { platform, gateway, istioCni: platform === "openshift" }), cluster(2)] };
}

/** The plan of that cluster. */
export function planOn(platform: Platform | undefined, gateway?: GatewaySpec) {
  const plan = planMesh(onPlatform(platform, gateway)).clusters[0];
  if (plan?.gateway === undefined) throw new Error("no gateway was planned");
  return { ...plan, gateway: plan.gateway };
}
