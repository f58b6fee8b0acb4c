import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateBlocks } from "../../../components/pki/certificates";
import { execInNodeNetwork } from "../../../lab";
import { runningPod } from "./pods";
import type { Suite } from "./suite";

/** A CA that was made elsewhere, PEM. */
export interface MadeCa {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Makes a CA with openssl: a root, or one below another CA. */
export function makeCa(commonName: string, issuer?: MadeCa): MadeCa {
  return inTemporaryFolder((folder) => {
    const [certificate, key] = [join(folder, "root.crt"), join(folder, "root.key")];
    const subject = ["-days", "3650", "-subj", `/O=Example/CN=${commonName}`];
    const usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"];
    const signed = issuer === undefined ? [] : signingFiles(folder, issuer);
    openssl("req", "-x509", ...newKey, ...subject, ...usage, ...signed, "-keyout", key, "-out", certificate);
    return { certificate: readFileSync(certificate, "utf8"), privateKey: readFileSync(key, "utf8") };
  });
}

function signingFiles(folder: string, { certificate, privateKey }: MadeCa): string[] {
  const [file, key] = [join(folder, "issuer.crt"), join(folder, "issuer.key")];
  writeFileSync(file, certificate);
  writeFileSync(key, privateKey);
  return ["-CA", file, "-CAkey", key];
}

/** The chain that istiod shows to proxies: its own certificate, then the CA that signed it. */
export async function istiodChain(suite: Suite, cluster: string): Promise<string[]> {
  const { ip } = runningPod(suite, cluster, "istio-system", "app=istiod");
  const command = `openssl s_client -connect ${ip}:15012 -showcerts </dev/null 2>/dev/null`;
  const text = await execInNodeNetwork(suite.lab.name, cluster, ["sh", "-c", command]);
  return certificateBlocks(text);
}

/** Has openssl verify a chain up to a root; throws what it finds. */
export function verifyChain([leaf = "", ...above]: string[], root: string): void {
  inTemporaryFolder((folder) => {
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const trust = ["-x509_strict", "-CAfile", file("root.pem", root)];
    openssl("verify", ...trust, "-untrusted", file("above.pem", above.join("\n")), file("leaf.pem", leaf));
  });
}

/** SHA-256 of the CA that signed a chain's first certificate. */
export function signerOf([, signer = ""]: string[]): string {
  return new X509Certificate(signer).fingerprint256;
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: "pipe" });
}

function inTemporaryFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
