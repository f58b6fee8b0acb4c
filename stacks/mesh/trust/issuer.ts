import type * as k8s from "@pulumi/kubernetes";
import { Namespace } from "@pulumi/kubernetes/core/v1";
import { type CaIssuerArgs, IssuedCA } from "../../../components";
import { CERTIFICATES_NAMESPACE } from "../../../components/names";
import { joined } from "../../../components/pki/certificates";
import type { CaIssuerPlan, MeshPlan } from "../../../components/spec/types";
import { named } from "../providers";
import { placed, placedOf, type Scope } from "../scope";
import type { Ending } from "./expiry";
import type { ClusterTrust, Trust, TrustInput } from "./trust";

/** Has the CA of each given cluster signed by an issuer, in that cluster or in one cluster for all. */
export function issuedTrust({ plan, signing, sites, scope }: TrustInput): Trust {
  const { issuer } = plan.ca;
  if (issuer === undefined) throw new Error("the plan has no issuer");
  const settings = issuerArgs(plan, issuer);
  if (issuer.cluster === undefined) {
    return { clusters: new Map(signing.map(({ name }) => [name, { cacerts: { caIssuer: settings } }])) };
  }
  const { provider } = named(sites, issuer.cluster);
  const made = issuer.namespace === undefined ? [certificatesNamespace(scope, provider)] : [];
  const namespace = issuer.namespace ?? CERTIFICATES_NAMESPACE;
  const issued = signing.map((cluster) => {
    const { name: clusterName } = cluster;
    const args = { clusterName, issuer: settings, namespace };
    const { name, opts } = placedOf(scope, cluster, "-ca");
    return [clusterName, new IssuedCA(name, args, { ...opts, provider, dependsOn: made })] as const;
  });
  const [first] = issued.map(([, ca]) => ca.rootCertificate);
  return {
    clusters: new Map(issued.map(([name, ca]) => [name, copyOf(ca, plan)])),
    endings: issued.map(endingOf),
    ...(first === undefined ? {} : { root: first }),
  };
}

/** What a cluster is given of a CA that was issued elsewhere. */
function copyOf(ca: IssuedCA, { ca: settings }: MeshPlan): ClusterTrust {
  return {
    cacerts: {
      caCertificate: ca.certificate,
      caPrivateKey: ca.privateKey,
      certificateChain: ca.certificateChain,
      rootCertificate: ca.rootCertificate.apply((pem) => joined([pem, ...settings.trustBundle])),
    },
    notAfter: ca.notAfter,
  };
}

function endingOf([cluster, { notAfter }]: readonly [string, IssuedCA]): Ending {
  const mend = "see why cert-manager does not renew it, by kubectl describe certificate";
  return { what: `the CA that is issued for ${cluster}`, notAfter, mend };
}

function issuerArgs({ ca }: MeshPlan, { name, kind, group, renewBeforeDays }: CaIssuerPlan): CaIssuerArgs {
  return {
    name,
    kind,
    group,
    algorithm: ca.intermediateAlgorithm,
    validityDays: ca.intermediateValidityDays,
    organization: ca.organization,
    ...(renewBeforeDays === undefined ? {} : { renewBeforeDays }),
  };
}

function certificatesNamespace(scope: Scope, provider: k8s.Provider): Namespace {
  const { name, opts } = placed(scope, "ca-certificates");
  return new Namespace(name, { metadata: { name: CERTIFICATES_NAMESPACE } }, { ...opts, provider });
}
