import { beforeAll, describe, expect, test } from "vitest";
import { judgeProxy } from "../../../verify/checks/signer";
import { certificatesOf, fingerprint, fingerprints } from "../../../verify/pem";
import { proxyCertificates } from "../../../verify/proxy-certificates";
import { selfSigned } from "../../support/pki";

let leaf: string;
let signing: string;
let earlier: string;
let root: string;
let otherRoot: string;

beforeAll(async () => {
  [leaf, signing, earlier, root, otherRoot] = (await Promise.all(
    ["leaf", "signing", "earlier", "root", "other root"].map((name) => selfSigned(name)),
  )) as [string, string, string, string, string];
});

const signers = (roots: string) => ({
  issuers: new Set(certificatesOf(signing).map(fingerprint)),
  roots: fingerprints(roots),
});

describe("a proxy", () => {
  test("with a certificate of the signing CA and the roots of the bundle, in any order, is right", () => {
    const certificates = { chain: leaf + signing + root, roots: otherRoot + root };
    expect(judgeProxy(certificates, signers(root + otherRoot))).toBeUndefined();
  });

  test("with a certificate of an earlier signing CA is told, with its end", () => {
    const remark = judgeProxy({ chain: leaf + earlier + root, roots: root }, signers(root));
    expect(remark).toMatch(/^holds a certificate of an earlier signing CA until Jan {2}2 00:00:00 2026 GMT$/);
  });

  test("may hold one of an earlier CA where cert-manager renews these, but trusts no other root", () => {
    const chain = leaf + earlier + root;
    const wanted = { roots: fingerprints(root) };
    expect(judgeProxy({ chain, roots: root }, wanted)).toBeUndefined();
    expect(judgeProxy({ chain, roots: otherRoot }, wanted)).toContain("trusts root");
  });

  test("that trusts a root too many or too few is told", () => {
    const chain = leaf + signing + root;
    for (const [has, wants] of [
      [root + otherRoot, root],
      [root, root + otherRoot],
    ] as const) {
      expect(judgeProxy({ chain, roots: has }, signers(wants))).toBe(
        `trusts root ${fingerprints(has)}, not ${fingerprints(wants)}`,
      );
    }
  });

  test("without a certificate, or with one that names no issuer, is told", () => {
    expect(judgeProxy({ chain: "", roots: root }, signers(root))).toBe("has no certificate yet");
    expect(judgeProxy({ chain: leaf, roots: root }, signers(root))).toMatch(
      /^holds a certificate of an earlier/,
    );
  });
});

describe("Envoy's page of secrets", () => {
  const bytes = (text: string) => ({ inline_bytes: Buffer.from(text).toString("base64") });

  test("gives the chain and the roots", () => {
    const configs = [
      { name: "default", secret: { tls_certificate: { certificate_chain: bytes("chain") } } },
      { name: "ROOTCA", secret: { validation_context: { trusted_ca: bytes("roots") } } },
    ];
    expect(proxyCertificates(JSON.stringify({ configs }))).toEqual({ chain: "chain", roots: "roots" });
  });

  test("is empty of what a proxy does not have yet", () => {
    expect(proxyCertificates("{}")).toEqual({ chain: "", roots: "" });
  });
});
