import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

export const KeyUsage = x509.KeyUsageFlags;

/** How a test's CA differs from a good one. */
export interface CaOptions {
  readonly pathLength?: number;
  readonly isCa?: boolean;
  /** @default keyCertSign and cRLSign */
  readonly usages?: x509.KeyUsageFlags;
  readonly extendedUsages?: readonly string[];
  /** Days from now. @default yesterday */
  readonly from?: number;
  /** Days from now. @default 400 */
  readonly to?: number;
  /** URIs that it is for, such as a SPIFFE ID. @default [] */
  readonly uris?: readonly string[];
  /** Key to certify. @default a new one */
  readonly keys?: webcrypto.CryptoKeyPair;
}

/** A CA with its key, as PEM and as what signs further ones. */
export class TestCa {
  private constructor(
    public readonly parsed: x509.X509Certificate,
    public readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  /** A self-signed root. */
  public static async root(name: string, options: CaOptions = {}): Promise<TestCa> {
    return TestCa.make(name, undefined, options);
  }

  /** A CA below this one. */
  public async sign(name: string, options: CaOptions = {}): Promise<TestCa> {
    return TestCa.make(name, this, options);
  }

  /** Signs a certificate request as a CA. @param request - PEM */
  public async signRequest(request: string, options: CaOptions = {}): Promise<string> {
    const parsed = new x509.Pkcs10CertificateRequest(request);
    const certificate = await certify(parsed.subject, await parsed.publicKey.export(), this, options);
    return certificate.toString("pem");
  }

  public get certificate(): string {
    return this.parsed.toString("pem") + "\n";
  }

  /** PKCS #8, PEM. */
  public async privateKey(): Promise<string> {
    const der = await webcrypto.subtle.exportKey("pkcs8", this.keys.privateKey);
    return x509.PemConverter.encode(der, "PRIVATE KEY");
  }

  /** A revocation list of this CA. @param revoked - serial numbers, hexadecimal */
  public async crl(revoked: readonly string[], nextUpdateDays = 400): Promise<string> {
    const crl = await x509.X509CrlGenerator.create({
      issuer: this.parsed.subject,
      thisUpdate: daysFromNow(-1),
      nextUpdate: daysFromNow(nextUpdateDays),
      signingAlgorithm: ALGORITHM,
      signingKey: this.keys.privateKey,
      entries: revoked.map((serialNumber) => ({ serialNumber, revocationDate: daysFromNow(-1) })),
    });
    return x509.PemConverter.encode(crl.rawData, "X509 CRL") + "\n";
  }

  private static async make(name: string, issuer: TestCa | undefined, options: CaOptions): Promise<TestCa> {
    const keys = options.keys ?? (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]));
    const subject = new x509.Name(`CN=${name}`).toString();
    return new TestCa(await certify(subject, keys.publicKey, issuer ?? { keys }, options), keys);
  }
}

/** Who signs: without a certificate of its own the subject itself. */
interface Signer {
  readonly parsed?: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function certify(
  subject: string,
  publicKey: webcrypto.CryptoKey,
  { parsed, keys }: Signer,
  options: CaOptions,
): Promise<x509.X509Certificate> {
  const { isCa = true, usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign } = options;
  return x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString("hex"),
    subject,
    issuer: parsed?.subject ?? subject,
    notBefore: daysFromNow(options.from ?? -1),
    notAfter: daysFromNow(options.to ?? 400),
    publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(isCa, options.pathLength, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ...(options.uris === undefined
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              options.uris.map((value) => ({ type: "url" as const, value })),
            ),
          ]),
      ...(options.extendedUsages === undefined
        ? []
        : [new x509.ExtendedKeyUsageExtension([...options.extendedUsages])]),
    ],
  });
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}
