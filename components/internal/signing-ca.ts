import type { Secret } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { CA_SECRET, ISTIO_NAMESPACE } from "../names";
import { type CacertsInput, pluggedInCa, rootPhaseOf } from "./cacerts";
import { type CaIssuerArgs, certificateFor } from "./issued-ca";

/** What an istiod is given of its CA. */
export interface SigningCaInput extends CacertsInput {
  readonly clusterName: string;
  readonly caIssuer?: CaIssuerArgs;
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
  const { clusterName, caIssuer, ...files } = input;
  if (caIssuer === undefined) {
    const secrets: Secret[] = pluggedInCa(name, files, opts);
    return { resources: secrets, rootPhase: rootPhaseOf(secrets) };
  }
  const place = { clusterName, namespace: ISTIO_NAMESPACE, name: CA_SECRET };
  return { resources: [certificateFor(name, caIssuer, place, opts)], rootPhase: rootPhaseOf([]) };
}
