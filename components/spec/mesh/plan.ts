import { MESH_DEFAULTS } from "../../defaults";
import { discoveryLinks, membersOf } from "../../topology/links";
import { planCa } from "../ca/plan";
import { withPresentKeys } from "../clusters/former-keys";
import { planCluster } from "../clusters/plan";
import { planExports, planOffers } from "../imports/exports";
import { planImports } from "../imports/plan";
import { planLink } from "../links/plan";
import { planRemoteSecrets } from "../links/secrets";
import { planReader } from "../readers/plan";
import { planSampleApps } from "../sample-apps/plan";
import { planStubs } from "../services/plan";
import { planIdentity, planSpire } from "../spire/plan";
import { meshTrustDomain } from "../trust-domains/plan";
import type { MeshPlan, MeshSpec } from "../types";

/** Makes the plan of a spec in which {@link validateMesh} found no problem. */
export function planMesh(given: MeshSpec): MeshPlan {
  const spec = withPresentKeys(given);
  const plan = planWithoutReaders(spec);
  const clusters = plan.clusters.map((cluster, index) => {
    const own = spec.clusters[index];
    return own === undefined ? cluster : { ...cluster, reader: planReader(own, spec, plan) };
  });
  return { ...plan, clusters };
}

function planWithoutReaders(spec: MeshSpec): MeshPlan {
  return {
    meshId: spec.meshId ?? MESH_DEFAULTS.meshId,
    trustDomain: meshTrustDomain(spec),
    mtls: spec.mtls ?? MESH_DEFAULTS.mtls,
    ca: planCa(spec.ca),
    workloadCertificates: spec.workloadCertificates ?? {},
    identity: planIdentity(spec),
    spire: planSpire(spec),
    clusters: spec.clusters.map((cluster) => planCluster(cluster, spec)),
    links: discoveryLinks(spec).map((link) => planLink(link, spec.clusters)),
    remoteSecrets: planRemoteSecrets(spec),
    imports: planImports(spec),
    exports: planExports(spec),
    offers: planOffers(spec),
    clusterLocal: spec.clusterLocal ?? [],
    dnsCapture: spec.dnsCapture ?? false,
    namesServices: (spec.services ?? []).length > 0,
    serviceStubs: planStubs(spec),
    sampleApps: spec.sampleApps === undefined ? [] : planSampleApps(spec.sampleApps, membersOf(spec)),
  };
}
