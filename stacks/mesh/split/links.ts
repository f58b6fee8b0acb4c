import * as pulumi from "@pulumi/pulumi";
import type { MeshPlan } from "../../../components/spec/types";
import { istiodOf } from "../../../components/topology/links";
import { deployImports, type Importer } from "../imports";
import { linkMembers } from "../links";
import type { Observer } from "../member";
import type { ConfiguredMesh } from "../mesh";
import { linkOutputs, type MeshOutputs } from "../outputs";
import type { Peer } from "../peer";
import { named, sitesOf } from "../providers";
import type { Scope } from "../scope";
import { checkedAccess } from "../unchangeable";
import { withIdentifiers } from "./cluster";
import { plannedCluster, reachOf } from "./parts";
import type { ClusterTells, OtherStacks } from "./told";

/** What the stack of the links tells: with that of the part that signs all that a mesh of one stack does. */
export type LinksOutputs = Pick<
  MeshOutputs,
  "gatewayAddresses" | "externalControlPlaneAddresses" | "links" | "credentials" | "exports"
>;

/** The part that lets clusters call each other: credentials for observers, and imports. */
export function deployLinks(
  { plan, access, exporterAddresses = new Map() }: ConfiguredMesh,
  scope: Scope,
  stacks: OtherStacks,
): LinksOutputs {
  const known = withIdentifiers(access, reachOf("links", plan).others, plan, stacks);
  const sites = sitesOf(plan, checkedAccess(plan, known, scope), scope);
  const gateways = gatewaysOf(plan, stacks);
  linkMembers(plan, {
    observer: (name): Observer => {
      const { provider, transformations } = named(sites, istiodOf(plan, name));
      return { scope, plan: plannedCluster(name, plan), istiod: { provider, transformations } };
    },
    observed: (name, gatewayAddress) => ({ ...peerOf(name, plan, stacks), gatewayAddress }),
    gateways,
  });
  const importers = plan.imports.map(({ cluster }): [string, Importer] => {
    const { provider, plan: own } = named(sites, cluster);
    return [cluster, { scope, plan: own, provider, injection: [] }];
  });
  const addresses = new Map([...exporterAddresses, ...gateways]);
  // Applications and exports are in place: they are of the clusters' stacks.
  deployImports(plan, new Map(importers), new Map(), new Map(), addresses);
  return {
    gatewayAddresses: Object.fromEntries(gateways),
    externalControlPlaneAddresses: externalAddresses(plan, stacks),
    ...linkOutputs(plan, gateways),
  };
}

/** A cluster as its stack tells of it. */
function peerOf(name: string, plan: MeshPlan, stacks: OtherStacks): Peer {
  const own = plannedCluster(name, plan);
  const told = (what: string, key: keyof ClusterTells) => stacks.cluster(name, what, (tells) => tells[key]);
  return {
    name,
    formerName: own.formerName,
    server: told("the API's address", "server"),
    caData: told("the API's CA", "caData"),
    tlsServerName: told("the API's name", "tlsServerName"),
    token: own.reader && pulumi.secret(told("the reader's token", "readerToken")),
  };
}

function gatewaysOf({ clusters }: MeshPlan, stacks: OtherStacks): ReadonlyMap<string, pulumi.Output<string>> {
  const withGateway = clusters.filter(({ gateway }) => gateway !== undefined);
  return new Map(
    withGateway.map(({ name }) => [
      name,
      stacks.cluster(name, "the gateway's address", ({ gatewayAddress }) => gatewayAddress),
    ]),
  );
}

function externalAddresses(
  { clusters }: MeshPlan,
  stacks: OtherStacks,
): Record<string, pulumi.Output<string>> {
  const external = clusters.filter(({ externalControlPlane }) => externalControlPlane !== undefined);
  return Object.fromEntries(
    external.map(({ name }) => [
      name,
      stacks.cluster(name, "the control plane's address", (tells) => tells.externalControlPlaneAddress),
    ]),
  );
}
