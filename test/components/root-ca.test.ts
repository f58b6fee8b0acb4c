import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { RootCA, type RootCAArgs } from "../../components";
import { find, listOf } from "../support/components";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import { hoursAfterStart, rootCertificate } from "../support/pki";

const deploy = (args?: RootCAArgs, opts?: pulumi.ComponentResourceOptions) =>
  runProgram(() => new RootCA("root-ca", args, opts));

describe("RootCA", () => {
  test("is a key and a self-signed certificate", async () => {
    const { registrations } = await deploy();
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:RootCA root-ca",
      "tls:index/privateKey:PrivateKey root-ca-key",
      "tls:index/selfSignedCert:SelfSignedCert root-ca-certificate",
    ]);
    expect(registrations.map(({ parent }) => parent)).toEqual([undefined, "root-ca", "root-ca"]);
    expect(registrations.map(({ protect }) => protect)).toEqual([false, false, false]);
  });

  test("may sign intermediates and nothing below them, for ten years", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "root-ca-key").inputs).toEqual({ algorithm: "ECDSA", ecdsaCurve: "P384" });
    expect(find(registrations, "root-ca-certificate").inputs).toEqual({
      privateKeyPem: expect.stringContaining("root-ca-key"),
      isCaCertificate: true,
      maxPathLength: 1,
      setSubjectKeyId: true,
      subject: { commonName: "Root CA", organization: "Istio" },
      validityPeriodHours: 3650 * 24,
      allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
    });
  });

  test("takes algorithm, lifetime and organisation", async () => {
    const { registrations } = await deploy({
      algorithm: "RSA-4096",
      validityDays: 10,
      organization: "Example",
    });
    expect(find(registrations, "root-ca-key").inputs).toEqual({ algorithm: "RSA", rsaBits: 4096 });
    expect(find(registrations, "root-ca-certificate").inputs).toMatchObject({
      subject: { organization: "Example" },
      validityPeriodHours: 240,
    });
  });

  test("refuses an unknown algorithm before anything is registered, and lists the known ones", async () => {
    await expect(deploy({ algorithm: "ED25519" })).rejects.toThrow(
      'CA key algorithm "ED25519" is unknown; use one of ECDSA-P256, ECDSA-P384, RSA-4096',
    );
  });

  test("passes its protection on to key and certificate", async () => {
    const { registrations } = await deploy({}, { protect: true });
    expect(registrations.map(({ protect }) => protect)).toEqual([true, true, true]);
  });

  test("keeps the key secret, and only the key", async () => {
    const { result: root, registrations } = await deploy();
    expect(find(registrations, "root-ca-certificate").secretPaths).toEqual(["privateKeyPem"]);
    expect(await pulumi.isSecret(root.privateKey)).toBe(true);
    for (const output of [root.certificate, root.fingerprint, root.notAfter]) {
      expect(await pulumi.isSecret(output)).toBe(false);
    }
  });

  test("tells its certificate, fingerprint and end", async () => {
    const { result: root } = await deploy({ validityDays: 2 });
    const pem = await rootCertificate();
    expect(await valueOf(root.certificate)).toBe(pem);
    expect(await valueOf(root.fingerprint)).toBe(new X509Certificate(pem).fingerprint256);
    expect(await valueOf(root.notAfter)).toBe(hoursAfterStart(48));
  });

  test("keeps what it was made with when its arguments change, and tells it", async () => {
    const { result: root, registrations } = await deploy({ algorithm: "RSA-4096", validityDays: 10 });
    expect(find(registrations, "root-ca-key").ignoreChanges).toEqual(["algorithm", "ecdsaCurve", "rsaBits"]);
    expect(find(registrations, "root-ca-certificate").ignoreChanges).toEqual([
      "subject",
      "validityPeriodHours",
    ]);
    expect(await valueOf(root.madeWith)).toEqual({
      algorithm: "RSA-4096",
      validityDays: 10,
      organization: "Istio",
    });
    const { result: other } = await deploy();
    expect((await valueOf(other.madeWith)).algorithm).toBe("ECDSA-P384");
  });
});
