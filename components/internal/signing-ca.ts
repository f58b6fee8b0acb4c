import * as pulumi from "@pulumi/pulumi";
import { CA_SECRET, ISTIO_NAMESPACE } from "../names";
import { type CacertsInput, pluggedInCa, rootPhaseOf } from "./cacerts";
import { type CaIssuerArgs, certificateFor } from "./issued-ca";

/** What an istiod is given of its CA. */
export interface SigningCaInput extends CacertsInput {
  readonly clusterName: string;
  readonly caIssuer?: CaIssuerArgs;
  /** Whether the Secret is there already. @default false */
  readonly adoptCacerts?: boolean;
}

/** An istiod's CA: what has to be there before istiod starts, or it would make a root of its own. */
export interface SigningCa {
  readonly resources: pulumi.Resource[];
  readonly rootPhase: pulumi.Output<string>;
}

/** The Secret `cacerts`, or the Certificate through which cert-manager writes it; neither where it is there already. */
export function signingCa(
  name: string,
  input: SigningCaInput,
  opts: pulumi.CustomResourceOptions,
): SigningCa {
  checkSources(name, input);
  const { clusterName, caIssuer, adoptCacerts = false, ...files } = input;
  const noPhase = pulumi.output("");
  if (adoptCacerts) return { resources: [], rootPhase: noPhase };
  if (caIssuer !== undefined) {
    const place = { clusterName, namespace: ISTIO_NAMESPACE, name: CA_SECRET };
    return { resources: [certificateFor(name, caIssuer, place, opts)], rootPhase: noPhase };
  }
  const secret = pluggedInCa(name, files, opts);
  return { resources: [secret], rootPhase: rootPhaseOf(secret) };
}

/** Exactly one source, or an istiod would make a root of its own that nobody asked for, or get two CAs. */
function checkSources(name: string, { caIssuer, adoptCacerts, ...files }: SigningCaInput): void {
  const { caCertificate, caPrivateKey, certificateChain, rootCertificate } = files;
  const pems = [caCertificate, caPrivateKey, certificateChain, rootCertificate];
  const given = [
    ...(pems.some((pem) => pem !== undefined) ? ["caCertificate"] : []),
    ...(caIssuer === undefined ? [] : ["caIssuer"]),
    ...(adoptCacerts ? ["adoptCacerts"] : []),
  ];
  if (given.length === 1) return;
  const found = given.length === 0 ? "no CA" : `more than one CA: ${given.join(" and ")}`;
  throw new Error(
    `${name} has ${found}; give caCertificate, caPrivateKey, certificateChain and rootCertificate, or caIssuer, ` +
      "or adoptCacerts: true if the Secret istio-system/cacerts is there already",
  );
}
