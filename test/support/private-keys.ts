import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

/** Without OpenSSH's form, which Pulumi writes beside the others. */
const PRIVATE_KEY = /-----BEGIN (EC |RSA |)PRIVATE KEY-----[^-]+-----END \1PRIVATE KEY-----/g;

/** Shorter texts are no key. */
const BASE64 = /^[A-Za-z0-9+/]{100,}={0,2}$/;

/** The public keys of all private keys in a JSON text, also of those that are encoded once more in it. */
export function privateKeysIn(json: string): Set<string> {
  return new Set(textsIn(JSON.parse(json)).flatMap(keysOf));
}

/** The public key of a certificate, as {@link privateKeysIn} has it. */
export function publicKeyOf(certificate: string): string {
  return spki(new X509Certificate(certificate).publicKey);
}

function keysOf(text: string): string[] {
  return (text.match(PRIVATE_KEY) ?? []).map((pem) => spki(createPublicKey(createPrivateKey(pem))));
}

function spki(key: KeyObject): string {
  return key.export({ type: "spki", format: "der" }).toString("base64");
}

function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  if (typeof value !== "string") return [];
  if (BASE64.test(value)) return textsIn(Buffer.from(value, "base64").toString());
  const within = parsed(value);
  return within === undefined ? [value] : textsIn(within);
}

/** Pulumi writes secrets as JSON within the JSON. */
function parsed(text: string): unknown {
  if (!/^["[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
