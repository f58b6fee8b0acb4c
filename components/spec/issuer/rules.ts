import { planCa } from "../ca/plan";
import type { CaIssuerSpec, MeshSpec, Problem } from "../types";

/** Istio's DEFAULT_WORKLOAD_CERT_TTL. */
const DEFAULT_TTL_MINUTES = 24 * 60;
const MINUTES_PER_DAY = 24 * 60;

/** A cert-manager issuer can sign as asked. */
export function issuer(spec: MeshSpec): Problem[] {
  const { issuer: settings } = spec.ca ?? {};
  if (settings === undefined) return [];
  return [...where(settings, spec), ...renewal(spec, settings.renewBeforeDays)];
}

function where({ kind, cluster, namespace }: CaIssuerSpec, { clusters }: MeshSpec): Problem[] {
  if (cluster === undefined) {
    if (namespace === undefined) return [];
    return [
      {
        path: "ca.issuer.namespace",
        message:
          "has no effect without ca.issuer.cluster: each primary's istiod reads its CA in its own namespace; remove it or set ca.issuer.cluster",
      },
    ];
  }
  const names = clusters.map(({ name }) => name);
  if (!names.includes(cluster)) {
    return [
      {
        path: "ca.issuer.cluster",
        message: `is "${cluster}", which is no cluster of the mesh; it has ${names.join(", ")}`,
      },
    ];
  }
  if (kind !== "Issuer" || namespace !== undefined) return [];
  return [
    {
      path: "ca.issuer.namespace",
      message: "is missing: an Issuer serves its own namespace only; name that, or use a ClusterIssuer",
    },
  ];
}

/** A CA has to outlive what it signs until the next one is there: istiod gives out nothing that outlives its CA. */
function renewal(spec: MeshSpec, renewBeforeDays: number | undefined): Problem[] {
  const { intermediateValidityDays: days } = planCa(spec.ca);
  const ttlDays = (spec.workloadCertificates?.ttlMinutes ?? DEFAULT_TTL_MINUTES) / MINUTES_PER_DAY;
  if (renewBeforeDays !== undefined && renewBeforeDays >= days) {
    return [
      {
        path: "ca.issuer.renewBeforeDays",
        message: `is ${renewBeforeDays}, but CAs are valid for ${days} days only (ca.intermediateValidityDays); lower it or raise that`,
      },
    ];
  }
  if ((renewBeforeDays ?? days / 3) >= ttlDays) return [];
  const [path, value, mend] =
    renewBeforeDays === undefined
      ? [
          "ca.intermediateValidityDays",
          days,
          `raise it to ${Math.ceil(ttlDays * 3)} or set ca.issuer.renewBeforeDays`,
        ]
      : ["ca.issuer.renewBeforeDays", renewBeforeDays, `raise it to ${Math.ceil(ttlDays)}`];
  return [
    {
      path,
      message: `is ${value}, so a CA is renewed with less left than the ${ttlDays} days that workload certificates live; ${mend}`,
    },
  ];
}
