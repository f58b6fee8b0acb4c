import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { certificateBlocks } from "../pki/certificates";
import type { KubernetesObject } from "./manifests";

/** What cert-manager wrote into a Certificate's Secret. */
export interface IssuedSecret {
  /** The certificate, then those above it but the root's, PEM each. */
  readonly chain: pulumi.Output<string[]>;
  /** PEM; secret. */
  readonly privateKey: pulumi.Output<string>;
  /** PEM. */
  readonly root: pulumi.Output<string>;
}

/** Reads the Secret of a Certificate as it is at each preview and `up`; in the first preview nothing of it is known. */
export function issuedSecret(
  name: string,
  certificate: KubernetesObject,
  { namespace, name: secretName }: { readonly namespace: string; readonly name: string },
  parent: pulumi.Resource,
): IssuedSecret {
  // The name by way of the Certificate: one that is known is read at once, and fails where nothing is issued yet.
  const id = certificate.id.apply(() => `${namespace}/${secretName}`);
  const { data } = Secret.get(name, id, { parent, dependsOn: [certificate] });
  const files = data.apply((encoded = {}) => decode(encoded, `${namespace}/${secretName}`));
  return {
    chain: pulumi.unsecret(files.apply(({ chain }) => chain)),
    privateKey: pulumi.secret(files.apply(({ privateKey }) => privateKey)),
    root: pulumi.unsecret(files.apply(({ root }) => root)),
  };
}

function decode(data: Record<string, string>, place: string) {
  const file = (key: string) => {
    const text = Buffer.from(data[key] ?? "", "base64").toString();
    if (text !== "") return text;
    throw new Error(
      `Secret ${place} has no ${key}; ca.issuer must name an issuer that hands out its root, as one of kind CA or Vault does`,
    );
  };
  const root = certificates(file("ca.crt"));
  const chain = certificates(file("tls.crt")).filter((pem) => !root.includes(pem));
  if (chain.length === 0) {
    throw new Error(
      `Secret ${place} holds a self-signed CA, so each cluster would have a root of its own; ` +
        "ca.issuer must name an issuer that signs with a CA",
    );
  }
  return { chain, privateKey: file("tls.key"), root: root.join("") };
}

function certificates(pem: string): string[] {
  return certificateBlocks(pem).map((text) => `${text}\n`);
}
