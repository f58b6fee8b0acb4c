import { adopts } from "../../components/spec/adopt/adopted";
import type { MeshPlan } from "../../components/spec/types";
import { adoptedMember } from "./adopted";
import { configClusterMember } from "./external";
import type { Member } from "./member";
import { primaryMember } from "./members";
import { named, type Site } from "./providers";
import type { ClusterTrust } from "./trust";

/** A cluster whose control plane is made here, was made by others, or runs in another cluster. */
export function withControlPlane(
  site: Site,
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  trust: ClusterTrust | undefined,
): Member {
  const { externalControlPlane: external } = site.plan;
  if (adopts(site.plan, "istiod")) return adoptedMember(site);
  if (external === undefined) return primaryMember(site, plan, trust);
  return configClusterMember(site, external, named(sites, external.host), plan, trust);
}
