import { X509Certificate } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { ClusterPrimary } from "../../components";
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
export function outputsOf(plan: MeshPlan, trust: Trust, members: ReadonlyMap<string, Member>): MeshOutputs {
  const root = trust.root ?? servedRoot(members);
  const exports = exportsOf(plan, members);
  // Pulumi warns at each run of an output that is there and undefined.
  return {
    ...(root && {
      rootCertificate: root,
      rootFingerprint: root.apply((pem) => new X509Certificate(pem).fingerprint256),
    }),
    certificates: certificatesOf(trust.rootExpiries ?? {}, trust.clusters),
    gatewayAddresses: gatewayAddresses(members),
    externalControlPlaneAddresses: externalAddresses(members),
    signingRequests: { ...trust.signingRequests },
    links: plan.links.map(linkText),
    credentials: plan.links.length,
    ...(exports && { exports }),
  };
}

function exportsOf({ offers }: MeshPlan, members: ReadonlyMap<string, Member>): MeshOutputs["exports"] {
  const entries = offers.flatMap(({ cluster, region, services }): [string, ClusterExports][] => {
    const { gateway, plan } = members.get(cluster) ?? {};
    if (gateway === undefined || plan === undefined) return [];
    const { trustDomain } = plan;
    const addressType = plan.gateway?.addressType ?? "ip";
    return [[cluster, { address: gateway.address, addressType, region, trustDomain, services }]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The root, as the first istiod hands it out that has its CA from an issuer of its own cluster. */
function servedRoot(members: ReadonlyMap<string, Member>): pulumi.Output<string> | undefined {
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

function gatewayAddresses(members: ReadonlyMap<string, Member>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    [...members].flatMap(([name, { gateway }]) => (gateway ? [[name, gateway.address]] : [])),
  );
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
