import * as pulumi from "@pulumi/pulumi";
import { issuedCa, type IssuedCaInput } from "../objects/issued-ca";
import { CA_DEFAULTS } from "../spec/ca/defaults";
import { ISSUER_DEFAULTS } from "../spec/issuer/defaults";
import { applyChart } from "./apply-chart";
import { caKeyAlgorithm } from "./ca-keys";
import { hook } from "./hook";
import type { KubernetesObject } from "./manifests";

/** A cert-manager issuer, and what it is to sign. */
export interface CaIssuerArgs {
  /** Name of the issuer. */
  name: string;
  /**
   * Kind of the issuer.
   * @default "ClusterIssuer"
   */
  kind?: string;
  /**
   * API group of the issuer.
   * @default "cert-manager.io"
   */
  group?: string;
  /**
   * Key algorithm: `ECDSA-P256`, `ECDSA-P384` or `RSA-4096`.
   * @default "ECDSA-P256"
   */
  algorithm?: string;
  /**
   * Lifetime in days, as far as the issuer grants it.
   * @default 730
   */
  validityDays?: number;
  /**
   * Days before its expiry at which it is renewed.
   * @default - a third of its lifetime
   */
  renewBeforeDays?: number;
  /**
   * Subject organisation.
   * @default "Istio"
   */
  organization?: string;
}

/** Where a Certificate and its Secret are, and for whom. */
export interface CertificatePlace {
  readonly clusterName: string;
  readonly namespace: string;
  readonly name: string;
}

/** The Certificate through which cert-manager keeps a cluster's signing CA; there once it is issued. */
export function certificateFor(
  name: string,
  issuer: CaIssuerArgs,
  place: CertificatePlace,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject {
  const { name: issuerName, kind, group, renewBeforeDays } = issuer;
  const [certificate] = applyChart(
    name,
    (chart) =>
      issuedCa(chart, {
        ...place,
        issuer: {
          name: issuerName,
          kind: kind ?? ISSUER_DEFAULTS.kind,
          group: group ?? ISSUER_DEFAULTS.group,
        },
        algorithm: caKeyAlgorithm(issuer.algorithm ?? CA_DEFAULTS.intermediateAlgorithm),
        validityDays: issuer.validityDays ?? CA_DEFAULTS.intermediateValidityDays,
        renewBeforeDays,
        organization: issuer.organization ?? CA_DEFAULTS.organization,
      }),
    pulumi.mergeOptions(opts, { hooks: { beforeUpdate: otherIssuer(name, place.clusterName) } }),
  );
  return certificate!;
}

/** Warns of another issuer, at preview too. Whether its root is the same no preview can know: it has signed nothing yet. */
function otherIssuer(name: string, clusterName: string): pulumi.ResourceHook[] {
  return hook(`${name}-issuer`, ({ oldInputs, newInputs }) => {
    const [before, after] = [issuerOf(oldInputs), issuerOf(newInputs)];
    if (before === undefined || after === undefined || before === after) return;
    void pulumi.log.warn(
      `the CA of ${clusterName} is to be signed by ${after}, no longer by ${before}: unless both hand out the same root (ca.crt), ` +
        "istiod refuses the new CA, and once it restarts proxies of before and after refuse each other; compare the roots " +
        "first, docs/issuers.md",
    );
  });
}

function issuerOf(certificate: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { issuerRef } = (certificate?.["spec"] ?? {}) as { issuerRef?: IssuedCaInput["issuer"] };
  return issuerRef && `${issuerRef.kind} ${issuerRef.name} (${issuerRef.group})`;
}
