import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { IntermediateCA, type IntermediateCAArgs } from "../../components";
import { refuseToOutlive } from "../../components/intermediate-ca";
import { find, listOf } from "../support/components";
import { runFailingProgram, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import { hoursAfterStart } from "../support/pki";

const ROOT = "-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n";

const argsWith = (changes: Partial<IntermediateCAArgs>): IntermediateCAArgs => ({
  clusterName: "cluster1",
  rootCertificate: ROOT,
  rootPrivateKey: pulumi.secret("root key"),
  rootNotAfter: hoursAfterStart(3650 * 24),
  ...changes,
});

const deploy = (changes: Partial<IntermediateCAArgs> = {}) =>
  runProgram(() => new IntermediateCA("cluster1-ca", argsWith(changes)));

describe("IntermediateCA", () => {
  test("is a key, a request and a certificate that the root signed", async () => {
    const { registrations } = await deploy();
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:IntermediateCA cluster1-ca",
      "tls:index/certRequest:CertRequest cluster1-ca-request",
      "tls:index/locallySignedCert:LocallySignedCert cluster1-ca-certificate",
      "tls:index/privateKey:PrivateKey cluster1-ca-key",
    ]);
    expect(registrations.slice(1).map(({ parent }) => parent)).toEqual(Array(3).fill("cluster1-ca"));
  });

  test("is named after its cluster and lasts two years", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster1-ca-key").inputs).toEqual({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    expect(find(registrations, "cluster1-ca-request").inputs).toEqual({
      privateKeyPem: expect.stringContaining("cluster1-ca-key"),
      subject: { commonName: "Intermediate CA", organization: "Istio", locality: "cluster1" },
      dnsNames: ["istiod.istio-system.svc"],
    });
    expect(find(registrations, "cluster1-ca-certificate").inputs).toEqual({
      certRequestPem: expect.stringContaining("cluster1-ca-request"),
      caPrivateKeyPem: "root key",
      caCertPem: ROOT,
      isCaCertificate: true,
      setSubjectKeyId: true,
      validityPeriodHours: 730 * 24,
      allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
    });
  });

  test("takes algorithm, lifetime and organisation", async () => {
    const { registrations } = await deploy({
      algorithm: "ECDSA-P384",
      validityDays: 10,
      organization: "Example",
    });
    expect(find(registrations, "cluster1-ca-key").inputs).toEqual({ algorithm: "ECDSA", ecdsaCurve: "P384" });
    expect(find(registrations, "cluster1-ca-request").inputs).toMatchObject({
      subject: { organization: "Example" },
    });
    expect(find(registrations, "cluster1-ca-certificate").inputs).toMatchObject({ validityPeriodHours: 240 });
  });

  test("keeps its own and the root's key secret, and nothing else", async () => {
    const { result: ca, registrations } = await deploy();
    expect(find(registrations, "cluster1-ca-request").secretPaths).toEqual(["privateKeyPem"]);
    expect(find(registrations, "cluster1-ca-certificate").secretPaths).toEqual(["caPrivateKeyPem"]);
    expect(await pulumi.isSecret(ca.privateKey)).toBe(true);
    for (const output of [ca.certificate, ca.certificateChain, ca.notAfter]) {
      expect(await pulumi.isSecret(output)).toBe(false);
    }
  });

  test("has a chain of its own certificate, then the root's", async () => {
    const { result: ca } = await deploy();
    const own = await valueOf(ca.certificate);
    expect(own).toContain("cluster1-ca-certificate");
    expect(await valueOf(ca.certificateChain)).toBe(own + ROOT);
  });

  test("may end with the root", async () => {
    const { result: ca } = await deploy({ validityDays: 365, rootNotAfter: hoursAfterStart(365 * 24) });
    expect(await valueOf(ca.notAfter)).toBe(hoursAfterStart(365 * 24));
  });

  test("gives out no chain when it would outlive the root", async () => {
    const rootNotAfter = hoursAfterStart(365 * 24 - 1);
    let chain: Promise<unknown> = Promise.resolve();
    const { failures } = await runFailingProgram(() => {
      const ca = new IntermediateCA("cluster1-ca", argsWith({ validityDays: 365, rootNotAfter }));
      chain = valueOf(ca.certificateChain).then(
        () => "a chain",
        () => "no chain",
      );
    });
    expect(failures).toEqual([
      expect.stringContaining(
        `the intermediate CA of cluster1 would be valid until ${hoursAfterStart(365 * 24)}, after its root (${rootNotAfter}); ` +
          "set intermediateValidityDays of cluster1 to at most ",
      ),
    ]);
    expect(await chain).toBe("no chain");
  });

  test("is refused before it is made when it would outlive the root", async () => {
    const { registrations } = await deploy();
    // The mocks run no hooks; what this one says is tested below, that the engine asks it in the lab.
    expect(find(registrations, "cluster1-ca-certificate").hooks).toEqual(["cluster1-ca-within-root"]);
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000).toISOString();
    expect(() => refuseToOutlive("cluster1", inDays(99), inDays(100))).not.toThrow();
    expect(() => refuseToOutlive("cluster1", inDays(101), inDays(100.5))).toThrow(
      "set intermediateValidityDays of cluster1 to at most 100, or replace the root",
    );
  });
});
