import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { parsePosition, refuseMove } from "../topology/trust-phases";
import { CA_SECRET, ISTIO_NAMESPACE, ROOT_PHASE_ANNOTATION } from "./names";

/** What the Secret `cacerts` is made of. */
export interface CacertsInput {
  readonly caCertificate?: pulumi.Input<string>;
  readonly caPrivateKey?: pulumi.Input<string>;
  readonly certificateChain?: pulumi.Input<string>;
  readonly rootCertificate?: pulumi.Input<string>;
  /** As `formatPosition` writes it. */
  readonly rootPhase?: string;
}

/**
 * istiod reads these files at its start and when they change; without them it would make a root of its own.
 *
 * An update that takes the mesh's root out of order is refused, at preview too.
 */
export function pluggedInCa(name: string, input: CacertsInput, opts: pulumi.CustomResourceOptions): Secret[] {
  const { rootPhase } = input;
  const files = filesOf(name, input);
  if (files === undefined) return [];
  const secret = new Secret(
    `${name}-cacerts`,
    {
      metadata: {
        name: CA_SECRET,
        namespace: ISTIO_NAMESPACE,
        ...(rootPhase === undefined ? {} : { annotations: { [ROOT_PHASE_ANNOTATION]: rootPhase } }),
      },
      data: files,
    },
    { ...opts, hooks: { beforeUpdate: [orderOfPhases(`${name}-cacerts-root-phase`, rootPhase)] } },
  );
  return [secret];
}

function filesOf(name: string, input: CacertsInput): Record<string, pulumi.Output<string>> | undefined {
  const files = {
    "ca-cert.pem": input.caCertificate,
    "ca-key.pem": input.caPrivateKey,
    "cert-chain.pem": input.certificateChain,
    "root-cert.pem": input.rootCertificate,
  };
  const given = Object.entries(files).filter(([, pem]) => pem !== undefined);
  if (given.length === 0) return undefined;
  if (given.length < Object.keys(files).length) {
    throw new Error(
      `${name} has only a part of a CA; give caCertificate, caPrivateKey, certificateChain and rootCertificate, or none of them`,
    );
  }
  const base64 = (pem: pulumi.Input<string> | undefined) =>
    pulumi.secret(pem ?? "").apply((text) => Buffer.from(text).toString("base64"));
  return Object.fromEntries(given.map(([file, pem]) => [file, base64(pem)]));
}

/** The phase that a cluster's `cacerts` has, as its API server says; empty from before any rotation. */
export function rootPhaseOf([cacerts]: readonly Secret[]): pulumi.Output<string> {
  if (cacerts === undefined) return pulumi.output("");
  return cacerts.metadata.apply((metadata) => metadata.annotations?.[ROOT_PHASE_ANNOTATION] ?? "");
}

function orderOfPhases(name: string, wanted: string | undefined): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    (args) => {
      const refusal = refuseMove(deployedPosition(args), parsePosition(wanted));
      if (refusal !== undefined) throw new Error(`${args.name} ${refusal}`);
    },
    { onDryRun: true },
  );
}

/** From what the API server answered: the inputs also change where an unreachable cluster was skipped. */
function deployedPosition({ oldOutputs }: pulumi.ResourceHookArgs) {
  const metadata = oldOutputs?.["metadata"] as { annotations?: Record<string, string> } | undefined;
  return parsePosition(metadata?.annotations?.[ROOT_PHASE_ANNOTATION]);
}
