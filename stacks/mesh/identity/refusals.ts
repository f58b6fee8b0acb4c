import * as pulumi from "@pulumi/pulumi";
import type { SpireServer } from "../../../components";
import { certificateBlocks } from "../../../components/pki/certificates";
import type { SpireClusterPlan, SpirePlan } from "../../../components/spec/types";
import { named, type Site } from "../providers";
import { issuerFault } from "./live-issuer";
import { storageFault } from "./live-storage";

/** A server, by what it tells. */
interface Rooted {
  readonly plan: SpireClusterPlan;
  readonly server: Pick<SpireServer, "roots">;
}

/** A server under an issuer that cannot sign its CA would wait for it for ever. */
export function refuseIssuers(
  { upstream: { issuer }, clusters }: SpirePlan,
  sites: ReadonlyMap<string, Site>,
): void {
  if (issuer === undefined) return;
  for (const { cluster } of clusters) {
    refuseWhere(
      sites,
      cluster,
      (kubeconfig) => issuerFault(kubeconfig, issuer),
      `the ${issuer.kind} ${issuer.name} of ${cluster}`,
    );
  }
}

/** Nor would one start without a volume. */
export function refuseStorage({ storage, clusters }: SpirePlan, sites: ReadonlyMap<string, Site>): void {
  for (const { cluster } of clusters) {
    refuseWhere(sites, cluster, (kubeconfig) => storageFault(kubeconfig, storage.className), cluster);
  }
}

/** Ends the program where a cluster that may be asked tells of a fault. @param subject - begins the sentence */
function refuseWhere(
  sites: ReadonlyMap<string, Site>,
  cluster: string,
  faultIn: (kubeconfig: string) => Promise<string | undefined>,
  subject: string,
): void {
  const { access } = named(sites, cluster);
  if (access.live === undefined) return;
  access.kubeconfig.apply(faultIn).apply((fault) => {
    if (fault !== undefined) throw new pulumi.RunError(`${subject} ${fault}`);
  });
}

/** Servers of one trust domain under different roots would issue certificates that its other clusters refuse. */
export function refuseDifferentRoots(deployed: readonly Rooted[]): void {
  const first = new Map<string, Rooted>();
  for (const own of deployed) {
    const other = first.get(own.plan.trustDomain);
    if (other === undefined) {
      first.set(own.plan.trustDomain, own);
      continue;
    }
    pulumi.all([own.server.roots, other.server.roots]).apply(([roots, others]) => {
      const [here, there] = [certificateBlocks(roots), certificateBlocks(others)];
      if (here.length === 0 || there.length === 0 || here.some((root) => there.includes(root))) return;
      throw new pulumi.RunError(
        `the SPIRE servers of ${other.plan.cluster} and ${own.plan.cluster}, both of the trust domain ` +
          `${own.plan.trustDomain}, are under different roots, so each would refuse the other's certificates; have their ` +
          "upstream CAs signed under one root, or give one of the clusters another trust domain",
      );
    });
  }
}
