import { createPublicKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { rootsDigest, spiffeBundle } from "../../../components/pki/spiffe-bundle";
import { TestCa } from "../../support/ca";

describe("roots of another trust domain", () => {
  let roots: string[];
  beforeAll(async () => {
    roots = [(await TestCa.root("one")).certificate, (await TestCa.root("two")).certificate];
  });

  test("are a SPIFFE bundle of certificates with the keys that these certify", () => {
    const bundle = JSON.parse(spiffeBundle(roots.join(""))) as {
      keys: { use: string; kty: string; x5c: string[] }[];
    };
    expect(bundle.keys).toHaveLength(2);
    bundle.keys.forEach(({ use, x5c, ...jwk }, index) => {
      const certificate = new X509Certificate(roots[index]!);
      expect(use).toBe("x509-svid");
      expect(x5c).toEqual([certificate.raw.toString("base64")]);
      expect(createPublicKey({ key: jwk, format: "jwk" }).equals(certificate.publicKey)).toBe(true);
      // A private key has one more member.
      expect(Object.keys(jwk).sort()).toEqual(["crv", "kty", "x", "y"]);
    });
  });

  test("have a digest that changes with each of them, and not with their order", () => {
    const [one, two] = roots;
    const both = rootsDigest(roots.join(""));
    expect(both).toMatch(/^[0-9a-f]{16}$/);
    expect(rootsDigest(`${two}${one}`)).toBe(both);
    expect(new Set([both, rootsDigest(one!), rootsDigest(two!)]).size).toBe(3);
  });
});
