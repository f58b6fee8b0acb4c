import type * as tls from "@pulumi/tls";
import type { CaKeyAlgorithm } from "../spec/types";

const KEY_ARGUMENTS: Readonly<Record<CaKeyAlgorithm, tls.PrivateKeyArgs>> = {
  "ECDSA-P256": { algorithm: "ECDSA", ecdsaCurve: "P256" },
  "ECDSA-P384": { algorithm: "ECDSA", ecdsaCurve: "P384" },
  "RSA-4096": { algorithm: "RSA", rsaBits: 4096 },
};

/** Arguments of `tls.PrivateKey` for a CA key. @throws Error that lists the known algorithms */
export function keyArguments(algorithm: string): tls.PrivateKeyArgs {
  return KEY_ARGUMENTS[caKeyAlgorithm(algorithm)];
}

/** An algorithm for CA keys. @throws Error that lists the known ones */
export function caKeyAlgorithm(algorithm: string): CaKeyAlgorithm {
  if (algorithm in KEY_ARGUMENTS) return algorithm as CaKeyAlgorithm;
  throw new Error(
    `CA key algorithm "${algorithm}" is unknown; use one of ${Object.keys(KEY_ARGUMENTS).join(", ")}`,
  );
}
