import { X509Certificate } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { ClusterPrimary, type IngressGateway } from "../../components";
import type { AddressType, MeshPlan, OfferedServicePlan } from "../../components/spec/types";
import { linkText } from "../../components/topology/links";
import type { Member } from "./member";
import type { ClusterTrust, Trust } from "./trust";

/** How long a certificate is valid. */
export interface Validity {
  readonly notAfter: pulumi.Output<string>;
}

/** What a stack tells of its mesh. */
export interface MeshOutputs {
  /** The mesh's root certificate that signs, PEM; none where every cluster has a CA already. */
  readonly rootCertificate?: pulumi.Output<string> | undefined;
  /** SHA-256 of the root certificate. */
  readonly rootFingerprint?: pulumi.Output<string> | undefined;
  /**
   * End of validity, RFC 3339, of each cluster's intermediate and of each root: by generation, or by its place in
   * `ca.provided.rootCertificate`.
   */
  readonly certificates: {
    readonly roots: Record<string, Validity>;
    readonly intermediates: Record<string, Validity>;
  };
  /** Load balancer address per cluster that has an east-west gateway. */
  readonly gatewayAddresses: Record<string, pulumi.Output<string>>;
  /** Load balancer address per cluster that has an ingress gateway; absent where none has. */
  readonly ingressAddresses?: Record<string, pulumi.Output<string>> | undefined;
  /** Load balancer address of the istiod of each cluster that has it in another cluster. */
  readonly externalControlPlaneAddresses: Record<string, pulumi.Output<string>>;
  /** What is to be signed for each cluster of `ca.provided.signingRequests`, PEM. */
  readonly signingRequests: Record<string, pulumi.Output<string>>;
  /** Who observes whom, each by a credential for the observed cluster's API. */
  readonly links: string[];
  /** How many such credentials there are. */
  readonly credentials: number;
  /** What meshes of other stacks may import, by cluster; absent where that is nothing. */
  readonly exports?: Record<string, ClusterExports> | undefined;
}

/** What another stack has to know to import from a cluster: nothing of it is secret. */
export interface ClusterExports {
  /** Address of its gateway. */
  readonly address: pulumi.Output<string>;
  readonly addressType: AddressType;
  readonly region?: string | undefined;
  readonly trustDomain: string;
  readonly services: readonly OfferedServicePlan[];
}

/** What there is to tell once everything is made. */
export function outputsOf(
  plan: MeshPlan,
  trust: Trust,
  members: ReadonlyMap<string, Member>,
  ingresses: ReadonlyMap<string, IngressGateway>,
): MeshOutputs {
  const { certificates, signingRequests, ...root } = trustOutputs(trust, servedRoot(members));
  const { links, credentials, exports } = linkOutputs(plan, gatewayAddresses(members));
  return {
    ...root,
    certificates,
    gatewayAddresses: Object.fromEntries(gatewayAddresses(members)),
    ...(ingresses.size === 0 ? {} : { ingressAddresses: ingressAddresses(ingresses) }),
    externalControlPlaneAddresses: externalAddresses(members),
    signingRequests,
    links,
    credentials,
    ...(exports && { exports }),
  };
}

/** What there is to tell of the CAs. @param served - the root where no source of CAs knows it */
export function trustOutputs(
  trust: Trust,
  served?: pulumi.Output<string>,
): Pick<MeshOutputs, "rootCertificate" | "rootFingerprint" | "certificates" | "signingRequests"> {
  const root = trust.root ?? served;
  // Pulumi warns at each run of an output that is there and undefined.
  return {
    ...(root && {
      rootCertificate: root,
      rootFingerprint: root.apply((pem) => new X509Certificate(pem).fingerprint256),
    }),
    certificates: certificatesOf(trust.rootExpiries ?? {}, trust.clusters),
    signingRequests: { ...trust.signingRequests },
  };
}

/** What there is to tell of who reaches whom. */
export function linkOutputs(
  plan: MeshPlan,
  gateways: ReadonlyMap<string, pulumi.Output<string>>,
): Pick<MeshOutputs, "links" | "credentials" | "exports"> {
  const exports = exportsOf(plan, gateways);
  return { links: plan.links.map(linkText), credentials: plan.links.length, ...(exports && { exports }) };
}

function exportsOf(
  { offers, clusters }: MeshPlan,
  gateways: ReadonlyMap<string, pulumi.Output<string>>,
): MeshOutputs["exports"] {
  const entries = offers.flatMap(({ cluster, region, services }): [string, ClusterExports][] => {
    const address = gateways.get(cluster);
    const plan = clusters.find(({ name }) => name === cluster);
    if (address === undefined || plan === undefined) return [];
    const { trustDomain, gateway: { addressType = "ip" } = {} } = plan;
    return [[cluster, { address, addressType, region, trustDomain, services }]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The root, as the first istiod hands it out that has its CA from an issuer of its own cluster. */
export function servedRoot(members: ReadonlyMap<string, Member>): pulumi.Output<string> | undefined {
  return [...members.values()]
    .map(({ cluster }) => (cluster instanceof ClusterPrimary ? cluster.servedRoot : undefined))
    .find((root) => root !== undefined);
}

function certificatesOf(
  roots: Readonly<Record<string, pulumi.Output<string>>>,
  clusters: ReadonlyMap<string, ClusterTrust>,
): MeshOutputs["certificates"] {
  return {
    roots: Object.fromEntries(Object.entries(roots).map(([root, notAfter]) => [root, { notAfter }])),
    intermediates: Object.fromEntries(
      [...clusters].flatMap(([name, { notAfter }]) => (notAfter ? [[name, { notAfter }]] : [])),
    ),
  };
}

/** Addresses of the gateways, by cluster. */
export function gatewayAddresses(
  members: ReadonlyMap<string, Member>,
): ReadonlyMap<string, pulumi.Output<string>> {
  return new Map(
    [...members].flatMap(([name, { gateway }]) => (gateway ? [[name, gateway.address] as const] : [])),
  );
}

function ingressAddresses(ingresses: ReadonlyMap<string, IngressGateway>) {
  return Object.fromEntries([...ingresses].map(([name, { address }]) => [name, address]));
}

function externalAddresses(members: ReadonlyMap<string, Member>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    [...members].flatMap(
      ([
        name,
        {
          plan,
          istiod: { entrance },
        },
      ]) => (plan.externalControlPlane && entrance ? [[name, entrance.address]] : []),
    ),
  );
}
