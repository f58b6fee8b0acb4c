import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { CA_SECRET, ISTIO_NAMESPACE, ROOT_PHASE_ANNOTATION, ROOTS_ANNOTATION } from "../names";
import { formatRoots, type MeshRoots, refuseExchange } from "../pki/exchange";
import { parsePosition, refuseMove } from "../pki/phases";
import { hook } from "./hook";

/** What the Secret `cacerts` is made of. */
export interface CacertsInput {
  readonly caCertificate?: pulumi.Input<string>;
  readonly caPrivateKey?: pulumi.Input<string>;
  readonly certificateChain?: pulumi.Input<string>;
  readonly rootCertificate?: pulumi.Input<string>;
  /** Revocation lists, PEM. */
  readonly crl?: pulumi.Input<string>;
  /** As `formatPosition` writes it; empty from before any rotation. */
  readonly rootPhase?: pulumi.Input<string>;
  readonly roots?: pulumi.Input<MeshRoots>;
}

/**
 * istiod reads these files at its start and when they change; without them it would make a root of its own.
 *
 * An update that takes the mesh's roots out of order is refused, at preview too.
 */
export function pluggedInCa(name: string, input: CacertsInput, opts: pulumi.CustomResourceOptions): Secret {
  const wanted: WantedRoots = pulumi.output({ rootPhase: input.rootPhase, roots: input.roots });
  return new Secret(
    `${name}-cacerts`,
    { metadata: metadataOf(wanted), data: filesOf(name, input) },
    { ...opts, hooks: { beforeUpdate: orderOfRoots(`${name}-cacerts-root-phase`, wanted) } },
  );
}

type WantedRoots = pulumi.Output<{
  readonly rootPhase?: string | undefined;
  readonly roots?: MeshRoots | undefined;
}>;

/** Its name is known in every preview, or it would seem to be replaced. */
function metadataOf(wanted: WantedRoots) {
  const annotations = wanted.apply(annotationsOf) as pulumi.Output<Record<string, string>>;
  return { name: CA_SECRET, namespace: ISTIO_NAMESPACE, annotations };
}

function annotationsOf({
  rootPhase = "",
  roots,
}: pulumi.Unwrap<WantedRoots>): Record<string, string> | undefined {
  const annotations = {
    ...(rootPhase === "" ? {} : { [ROOT_PHASE_ANNOTATION]: rootPhase }),
    ...(roots === undefined ? {} : { [ROOTS_ANNOTATION]: formatRoots(roots) }),
  };
  return Object.keys(annotations).length === 0 ? undefined : annotations;
}

function filesOf(name: string, input: CacertsInput): Record<string, pulumi.Output<string>> {
  const files = {
    "ca-cert.pem": input.caCertificate,
    "ca-key.pem": input.caPrivateKey,
    "cert-chain.pem": input.certificateChain,
    "root-cert.pem": input.rootCertificate,
  };
  const given = Object.entries(files).filter(([, pem]) => pem !== undefined);
  if (given.length < Object.keys(files).length) {
    throw new Error(
      `${name} has only a part of a CA; give caCertificate, caPrivateKey, certificateChain and rootCertificate together`,
    );
  }
  const base64 = (pem: pulumi.Input<string> | undefined) =>
    pulumi.secret(pem ?? "").apply((text) => Buffer.from(text).toString("base64"));
  const { crl } = input;
  const all = crl === undefined ? given : [...given, ["ca-crl.pem", crl] as const];
  return Object.fromEntries(all.map(([file, pem]) => [file, base64(pem)]));
}

/** The phase that a cluster's `cacerts` has, as its API server says; empty from before any rotation. */
export function rootPhaseOf(cacerts: Secret): pulumi.Output<string> {
  return cacerts.metadata.apply((metadata) => metadata.annotations?.[ROOT_PHASE_ANNOTATION] ?? "");
}

function orderOfRoots(name: string, wanted: WantedRoots): pulumi.ResourceHook[] {
  // Known by the time of any update, since the Secret is made of it; in a preview perhaps not.
  let known: pulumi.Unwrap<WantedRoots> | undefined;
  wanted.apply((roots) => {
    known = roots;
  });
  return hook(name, (args) => {
    if (known === undefined) return;
    const { rootPhase, roots } = known;
    const deployed = deployedAnnotations(args);
    const refusal =
      refuseMove(parsePosition(deployed[ROOT_PHASE_ANNOTATION]), parsePosition(rootPhase)) ??
      (roots && refuseExchange(deployed[ROOTS_ANNOTATION], roots));
    if (refusal !== undefined) throw new Error(`${args.name} ${refusal}`);
  });
}

/** Read from what the API server answered last: inputs change in the state even where an unreachable cluster was skipped. */
function deployedAnnotations({ oldOutputs }: pulumi.ResourceHookArgs): Record<string, string> {
  const metadata = oldOutputs?.["metadata"] as { annotations?: Record<string, string> } | undefined;
  return metadata?.annotations ?? {};
}
