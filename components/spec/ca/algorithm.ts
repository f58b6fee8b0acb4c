/** Key algorithms that both istiod and `@pulumi/tls` support for CA keys. */
export type CaKeyAlgorithm = "ECDSA-P256" | "ECDSA-P384" | "RSA-4096";
