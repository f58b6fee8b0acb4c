import { z } from "zod";
import type { CaSpec } from "../../components/spec/types";

/** The shape of what a mesh says of its CAs. */

const algorithm = z.enum(["ECDSA-P256", "ECDSA-P384", "RSA-4096"]);

/** Certificates. */
export const pem = z.string().regex(/-----BEGIN CERTIFICATE-----/, "must be PEM text");

const rootPhase = z.enum(["stable", "trust-both", "sign-new", "drop-old"]);

/** Counts how often something was renewed. */
export const ordinal = z.number().int().min(1);

const root = z.strictObject({
  generation: ordinal.optional(),
  phase: rootPhase.optional(),
  verified: rootPhase.optional(),
});

const provided = z.strictObject({
  rootCertificate: pem,
  intermediates: z.record(
    z.string(),
    z.strictObject({
      certificate: pem,
      chain: pem.optional(),
      privateKeySecret: z.string().min(1).optional(),
    }),
  ),
  signingRequests: z.record(z.string(), ordinal).optional(),
  crl: z
    .string()
    .regex(/-----BEGIN X509 CRL-----/, "must be PEM text")
    .optional(),
});

const issuer = z.strictObject({
  name: z.string().min(1),
  kind: z.string().min(1).optional(),
  group: z.string().min(1).optional(),
  cluster: z.string().optional(),
  namespace: z.string().min(1).optional(),
  renewBeforeDays: z.number().int().min(1).optional(),
});

/** The keys of all sources of CAs; which of them reads which is said of each in `components/spec`. */
export const ca = z.strictObject({
  rootAlgorithm: algorithm.optional(),
  rootValidityDays: z.number().int().min(1).optional(),
  intermediateAlgorithm: algorithm.optional(),
  intermediateValidityDays: z.number().int().min(1).optional(),
  organization: z.string().min(1).optional(),
  protectRoot: z.boolean().optional(),
  trustBundle: z.array(pem).optional(),
  intermediateEpoch: ordinal.optional(),
  expiryWarningDays: z.number().int().min(0).optional(),
  provided: provided.optional(),
  root: root.optional(),
  issuer: issuer.optional(),
} satisfies Readonly<Record<keyof CaSpec, z.ZodType>>);
