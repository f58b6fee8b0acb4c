import * as pulumi from "@pulumi/pulumi";
import { signingClusters } from "../../../components/spec/adopt/adopted";
import type { MeshPlan } from "../../../components/spec/types";
import type { ConfiguredMesh } from "../mesh";
import { trustOutputs } from "../outputs";
import { type Site, sitesOf } from "../providers";
import type { Scope } from "../scope";
import { type ClusterTrust, trustOf } from "../trust";
import { checkedAccess } from "../unchangeable";
import { hasTrust } from "./parts";
import type { OtherStacks, ToldCa, TrustTells } from "./told";

/** What the stack that signs tells. */
export type TrustOutputs = ReturnType<typeof trustOutputs> & {
  readonly [Tells in keyof TrustTells]: Readonly<Record<string, ClusterTrust["cacerts"]>>;
};

/** The part that signs: the roots and the CA of each cluster, or what the mesh's source of CAs makes of these. */
export function deployTrust(
  { plan, access, caKeys }: ConfiguredMesh,
  scope: Scope,
  stacks: OtherStacks,
): TrustOutputs {
  const sites = sitesOf(plan, checkedAccess(plan, access, scope), scope);
  const ask = async () => {
    const signing = signingClusters(plan.clusters);
    return new Map(
      await Promise.all(
        signing.map(async ({ name }) => [name, (await stacks.lastOf(name)).rootPhase] as const),
      ),
    );
  };
  const trust = trustOf(plan, sites, scope, caKeys, { ask });
  const cas = [...trust.clusters].map(([name, { cacerts }]): [string, ClusterTrust["cacerts"]] => [
    name,
    { ...cacerts, ...(cacerts.caPrivateKey && { caPrivateKey: pulumi.secret(cacerts.caPrivateKey) }) },
  ]);
  return { ...trustOutputs(trust), cas: Object.fromEntries(cas) };
}

/** What one cluster is given of it; nothing where its CA is somebody else's. */
export function trustFor(
  cluster: string,
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  scope: Scope,
  stacks: OtherStacks,
): ClusterTrust | undefined {
  if (!hasTrust(plan)) return trustOf(plan, sites, scope).clusters.get(cluster);
  if (!signingClusters(plan.clusters).some(({ name }) => name === cluster)) return undefined;
  const ca = stacks.trust(`the CA of ${cluster}`, ({ cas }) => cas?.[cluster]);
  return {
    cacerts: {
      caCertificate: ca.caCertificate,
      caPrivateKey: pulumi.secret(ca.caPrivateKey),
      certificateChain: ca.certificateChain,
      rootCertificate: ca.rootCertificate,
      rootPhase: ca.apply(({ rootPhase = "" }) => rootPhase),
      ...ofProvided(plan, ca),
    },
  };
}

function ofProvided({ ca: { provided } }: MeshPlan, ca: pulumi.Output<ToldCa>): ClusterTrust["cacerts"] {
  if (provided === undefined) return {};
  const told = <T>(what: string, value: T | undefined): T => {
    if (value !== undefined) return value;
    throw new pulumi.RunError(`the stack that signs has not told ${what} yet; run it first`);
  };
  return {
    roots: ca.apply(({ roots }) => told("the roots of ca.provided", roots)),
    ...(provided.crl === undefined ? {} : { crl: ca.apply(({ crl }) => told("ca.provided.crl", crl)) }),
  };
}
