import { createPrivateKey, type X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { caKeySecrets } from "../../../components/spec/provided-ca/secrets";
import type { MeshSpec } from "../../../components/spec/types";
import type { RequestedCa } from "./requests";

/** Private keys of provided CAs by cluster name, PEM; secret. Those that the program makes are not among them. */
export type CaKeys = ReadonlyMap<string, pulumi.Output<string>>;

/** The keys of provided CAs, by the names that the spec gives them. */
export function caKeys(
  { ca }: Pick<MeshSpec, "ca">,
  secret: (name: string) => pulumi.Output<string>,
): CaKeys {
  return new Map(caKeySecrets(ca).map(({ cluster, secret: name }) => [cluster, secret(name)]));
}

/** The private key of a cluster's CA: the given one, or one of those that the program made for its requests. */
export function keyOf(
  cluster: string,
  certificate: X509Certificate,
  keys: CaKeys,
  requested: ReadonlyMap<string, RequestedCa>,
): pulumi.Output<string> {
  const given = keys.get(cluster);
  const own = requested.get(cluster);
  if (given !== undefined)
    return given.apply((pem) => matching(cluster, pem, certificate, own !== undefined));
  if (own === undefined) throw new Error(`there is no key for the CA of ${cluster}`);
  return requestedKey(cluster, certificate, own.keys);
}

/** One after the other, so that a key yet to be made leaves those known that come before it. */
function requestedKey(
  cluster: string,
  certificate: X509Certificate,
  [first, ...others]: RequestedCa["keys"],
): pulumi.Output<string> {
  if (first === undefined) {
    throw new Error(
      `ca.provided.intermediates.${cluster}.certificate belongs to none of the keys of its signing requests; ` +
        `give the certificate that was made of one of the last two, or have the one in the output signingRequests signed`,
    );
  }
  return first.apply((pem) =>
    certificate.checkPrivateKey(createPrivateKey(pem))
      ? pulumi.output(pem)
      : requestedKey(cluster, certificate, others),
  );
}

/** A key that is another certificate's would keep istiod from starting. */
function matching(cluster: string, pem: string, certificate: X509Certificate, requested: boolean): string {
  const place = `ca.provided.intermediates.${cluster}.privateKeySecret`;
  let key;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The parser's own message may quote the text.
    throw new Error(`${place} names a secret that is no private key; store its PEM text, not encrypted`);
  }
  if (certificate.checkPrivateKey(key)) return pem;
  throw new Error(
    `${place} names the key of another certificate; store the one that belongs to the CA of ${cluster}` +
      (requested ? ", or remove privateKeySecret if the certificate was made of its signing request" : ""),
  );
}
