import type * as pulumi from "@pulumi/pulumi";
import { SpireAgent, SpireServer, TrustDomainFederation, WorkloadIdentities } from "../../../components";
import type { MeshPlan, SpireClusterPlan, SpirePlan } from "../../../components/spec/types";
import { adoptsSpireNamespace, issuesBySpire } from "../../../components/spec/spire/plan";
import { named, type Site } from "../providers";
import { placedOf } from "../scope";
import { refuseDifferentRoots, refuseIssuers, refuseStorage } from "./refusals";
import { type SpireRoots, type Upstream, upstreamsOf } from "./upstream";

/** The server of a cluster, and what is to be said of it elsewhere. */
interface Deployed {
  readonly site: Site;
  readonly plan: SpireClusterPlan;
  readonly server: SpireServer;
}

/**
 * SPIRE in every cluster of a mesh that has it.
 *
 * Roots, servers and their addresses come first, each cluster's for itself; then the servers are told of each other, which
 * needs nothing but the other's root and address, so there is no circle; then workloads get identities.
 *
 * @param meshRoot - the root above istiods' CAs, for the time in which workloads of both kinds run
 * @returns the sites, each with what has to be there before its proxies start
 */
export function withIdentities(
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  roots: SpireRoots,
  meshRoot: pulumi.Output<string> | undefined,
): ReadonlyMap<string, Site> {
  const { spire } = plan;
  if (spire === undefined) return sites;
  if (spire.existing !== undefined) return withOthersIdentities(spire, sites);
  refuseIssuers(spire, sites);
  refuseStorage(spire, sites);
  const upstreams = upstreamsOf(plan, spire, sites, roots, meshRoot);
  const deployed = new Map(
    spire.clusters.map((own) => [
      own.cluster,
      deployServer(own, spire, named(sites, own.cluster), named(upstreams, own.cluster)),
    ]),
  );
  refuseDifferentRoots([...deployed.values()]);
  return new Map(
    [...sites].map(([name, site]) => {
      const own = deployed.get(name);
      return [
        name,
        own === undefined
          ? site
          : {
              ...site,
              identities: deployIdentities(own, spire, deployed),
              usesWorkloadSocket: issuesBySpire(plan),
            },
      ];
    }),
  );
}

/** Identities of SPIRE that others installed. */
function withOthersIdentities(
  { clusters, existing }: SpirePlan,
  sites: ReadonlyMap<string, Site>,
): ReadonlyMap<string, Site> {
  const given = new Map(clusters.map((own) => [own.cluster, own]));
  return new Map(
    [...sites].map(([name, site]) => {
      const own = given.get(name);
      const identities = own && [identitiesOf(site, own, existing?.className)];
      return [name, identities ? { ...site, identities, usesWorkloadSocket: true } : site];
    }),
  );
}

/** The identities of a cluster's pods. @param dependsOn - what SPIRE has to know before */
function identitiesOf(
  { scope, plan, provider }: Site,
  { federation }: SpireClusterPlan,
  className?: string,
  dependsOn: pulumi.Resource[] = [],
): WorkloadIdentities {
  const { name, opts } = placedOf(scope, plan, "-identities");
  const federatesWith = federation.map(({ trustDomain }) => trustDomain);
  const args = { federatesWith, ...(className === undefined ? {} : { className }) };
  return new WorkloadIdentities(name, args, { ...opts, provider, dependsOn });
}

function deployServer(plan: SpireClusterPlan, spire: SpirePlan, site: Site, upstream: Upstream): Deployed {
  const { caTtl, svidTtl, refreshHint, storage, tolerations, images, migration } = spire;
  const { cluster: clusterName, trustDomain, endpointAnnotations } = plan;
  const { name, opts } = placedOf(site.scope, site.plan, "-spire-server");
  const server = new SpireServer(
    name,
    {
      clusterName,
      trustDomain,
      ...upstream,
      caTtl,
      svidTtl,
      refreshHint,
      ...(migration === undefined ? {} : { database: migration.database }),
      exposesBundle: endpointAnnotations !== undefined,
      endpointAnnotations: endpointAnnotations ?? {},
      storageSize: storage.size,
      ...(storage.className === undefined ? {} : { storageClassName: storage.className }),
      tolerations,
      image: images.server,
      controllerManagerImage: images.controllerManager,
      imagePullSecrets: [...site.plan.istio.imagePullSecrets],
      imagePullCredentials: { ...site.access.imagePullCredentials },
      adoptNamespace: adoptsSpireNamespace(spire),
    },
    { ...opts, provider: site.provider },
  );
  return { site, plan, server };
}

/** Agents, what the server is to know of others, and then identities. */
function deployIdentities(
  { site, plan, server }: Deployed,
  { images }: SpirePlan,
  deployed: ReadonlyMap<string, Deployed>,
): pulumi.Resource[] {
  const { scope, plan: cluster, provider } = site;
  const { cluster: clusterName, trustDomain } = plan;
  const ready = { provider, dependsOn: [server.ready] };
  const ofAgent = placedOf(scope, cluster, "-spire-agent");
  const agent = new SpireAgent(
    ofAgent.name,
    {
      clusterName,
      trustDomain,
      image: images.agent,
      csiDriverImage: images.csiDriver,
      nodeDriverRegistrarImage: images.nodeDriverRegistrar,
      imagePullSecrets: [...cluster.istio.imagePullSecrets],
    },
    { ...ofAgent.opts, ...ready },
  );
  const federations = plan.federation.map((other) => {
    const { server: foreign } = named(deployed, other.cluster);
    if (foreign.address === undefined) throw new Error(`${other.cluster} has no bundle endpoint`);
    const { name, opts } = placedOf(scope, cluster, `.federates.${other.trustDomain}`);
    const args = { trustDomain: other.trustDomain, roots: foreign.roots, address: foreign.address };
    return new TrustDomainFederation(name, args, { ...opts, ...ready });
  });
  return [agent, identitiesOf(site, plan, undefined, [server.ready, ...federations])];
}
