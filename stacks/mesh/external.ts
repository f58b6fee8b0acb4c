import * as pulumi from "@pulumi/pulumi";
import {
  ClusterRemote,
  ExternalControlPlane,
  type ExternalControlPlaneArgs,
  MeshPolicy,
} from "../../components";
import type { ExternalControlPlanePlan, MeshPlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";
import { entranceAt, type Member } from "./member";
import { entranceOf, gatewayOf, istiodArgs, sharedArgs } from "./members";
import { apiArgs } from "./peer";
import type { Site } from "./providers";
import { refuseReplaced } from "./replaced";
import { placedOf } from "./scope";
import type { ClusterTrust } from "./trust/trust";

/**
 * A cluster whose istiod runs in a host, that istiod, and the cluster's gateway.
 *
 * Cluster and istiod each need something of the other. What opens the circle is that the host's load balancer has an
 * address before anything runs behind it: address, accounts and webhooks, token, istiod, and then whatever is injected.
 */
export function configClusterMember(
  site: Site,
  external: ExternalControlPlanePlan,
  host: Site,
  plan: MeshPlan,
  trust: ClusterTrust | undefined,
): Member {
  const { scope, plan: cluster, access } = site;
  const own = placedOf(scope, cluster);
  const hosted = placedOf(scope, host.plan);
  const [token, giveToken] = pulumi.deferredOutput<string>();
  const istiod = new ExternalControlPlane(
    hosted.name,
    {
      ...sharedArgs(site, plan),
      ...istiodArgs(cluster, plan, trust),
      owner: host.owner,
      ...entranceArgs(external, access),
      ...apiArgs(access),
      token,
    },
    { ...hosted.opts, ...placeIn(host) },
  );
  const entrance = entranceAt(cluster, istiod.address, istiod);
  const remote = new ClusterRemote(
    own.name,
    { ...sharedArgs(site, plan), ...entranceOf(entrance), controlPlanes: [cluster.name] },
    { ...own.opts, ...placeIn(site) },
  );
  refuseReplaced(host, istiod.namespaceUid);
  refuseReplaced(site, remote.namespaceUid);
  if (remote.istiodToken) giveToken(remote.istiodToken);
  const policy = new MeshPolicy(
    own.name,
    { mtls: plan.mtls },
    { ...own.opts, provider: site.provider, dependsOn: [istiod, remote] },
  );
  const injection = [istiod, remote, policy, ...(site.identities ?? [])];
  return {
    ...site,
    cluster: remote,
    istiod: { ...placeIn(host), resource: istiod, rootPhase: trust && istiod.rootPhase, entrance },
    injection,
    gateway: gatewayOf(site, injection),
  };
}

/** Where what a component has in a cluster is made. */
function placeIn({ provider, transformations }: Site): Pick<Site, "provider" | "transformations"> {
  return { provider, transformations };
}

function entranceArgs(
  { addressType, serviceAnnotations, sourceRanges, publicEndpoint }: ExternalControlPlanePlan,
  { privateKey }: ClusterAccess,
): Partial<ExternalControlPlaneArgs> {
  const { hostName, certificateSecret, certificate } = publicEndpoint ?? {};
  return {
    addressType,
    serviceAnnotations,
    sourceRanges,
    ...(hostName === undefined ? {} : { publicHostName: hostName }),
    ...(certificateSecret === undefined ? {} : { certificateSecret }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(privateKey === undefined ? {} : { privateKey }),
  };
}
