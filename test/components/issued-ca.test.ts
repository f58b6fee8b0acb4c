import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ClusterPrimary, IssuedCA, type IssuedCAArgs } from "../../components";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { Hooks } from "../support/hooks";
import { type MockCluster, runFailingProgram, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import { hoursAfterStart, rootCertificate } from "../support/pki";

afterEach(() => void vi.restoreAllMocks());

const base64 = (text: string) => Buffer.from(text).toString("base64");
const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

/** What cert-manager writes; the mocked root serves as the CA's own certificate too, since it has to be a real one. */
const issuedFiles = async (changes: Record<string, string> = {}) => ({
  "tls.crt": base64((await rootCertificate()) + pem("policy")),
  "tls.key": base64("key"),
  "ca.crt": base64(pem("root")),
  ...changes,
});

const program = (changes: Partial<IssuedCAArgs>) => () =>
  new IssuedCA(
    "cluster2-ca",
    { clusterName: "cluster2", issuer: { name: "mesh-root" }, namespace: "pki", ...changes },
    { provider: testProvider() },
  );

const deploy = async (changes: Partial<IssuedCAArgs> = {}, cluster: MockCluster = {}) =>
  runProgram(program(changes), { secretData: await issuedFiles(), ...cluster });

describe("IssuedCA", () => {
  test("is a Certificate in the issuer's cluster, whose Secret is only read", async () => {
    const { registrations } = await deploy();
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:IssuedCA cluster2-ca",
      "kubernetes:cert-manager.io/v1:Certificate cluster2-ca:pki/cluster2-cacerts",
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("may sign certificates and lists, with no extended usage, and gets a new key at each renewal", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster2-ca:pki/cluster2-cacerts").inputs).toEqual({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: {
        name: "cluster2-cacerts",
        namespace: "pki",
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: {
        secretName: "cluster2-cacerts",
        isCA: true,
        commonName: "Intermediate CA",
        subject: { organizations: ["Istio"], localities: ["cluster2"] },
        duration: "17520h",
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        usages: ["cert sign", "crl sign", "digital signature"],
        issuerRef: { name: "mesh-root", kind: "ClusterIssuer", group: "cert-manager.io" },
      },
    });
  });

  test("takes issuer, algorithm, lifetime, renewal and organisation", async () => {
    const issuer = {
      name: "pca",
      kind: "AWSPCAIssuer",
      group: "awspca.cert-manager.io",
      algorithm: "RSA-4096",
      validityDays: 90,
      renewBeforeDays: 30,
      organization: "Example",
    };
    const { registrations } = await deploy({ issuer });
    expect(find(registrations, "cluster2-ca:pki/cluster2-cacerts").inputs["spec"]).toMatchObject({
      subject: { organizations: ["Example"] },
      duration: "2160h",
      renewBefore: "720h",
      privateKey: { algorithm: "RSA", size: 4096 },
      issuerRef: { name: "pca", kind: "AWSPCAIssuer", group: "awspca.cert-manager.io" },
    });
  });

  test("gives out what was issued, of which only the key is secret", async () => {
    const { result } = await deploy();
    const own = await rootCertificate();
    expect((await valueOf(result.certificate)).trim()).toBe(own.trim());
    expect(await valueOf(result.privateKey)).toBe("key");
    expect(await valueOf(result.certificateChain)).toBe(`${own.trim()}\n${pem("policy")}${pem("root")}`);
    expect(await valueOf(result.rootCertificate)).toBe(pem("root"));
    expect(await valueOf(result.notAfter)).toBe(hoursAfterStart(24));
    const secrets = [
      result.certificate,
      result.privateKey,
      result.certificateChain,
      result.rootCertificate,
    ].map((output) => pulumi.isSecret(output));
    expect(await Promise.all(secrets)).toEqual([false, true, false, false]);
  });

  test("does not repeat the root of issuers that put it into the chain", async () => {
    const own = await rootCertificate();
    const secretData = await issuedFiles({ "tls.crt": base64(own + pem("root")) });
    const { result } = await deploy({}, { secretData });
    expect(await valueOf(result.certificateChain)).toBe(`${own.trim()}\n${pem("root")}`);
  });

  test("refuses an issuer that keeps its root to itself", async () => {
    const { failures } = await runFailingProgram(program({}), {
      secretData: await issuedFiles({ "ca.crt": "" }),
    });
    expect(failures).toEqual([
      expect.stringContaining(
        "Secret pki/cluster2-cacerts has no ca.crt; ca.issuer must name an issuer that hands out its root",
      ),
    ]);
  });
});

test("IssuedCA refuses an issuer that lets each CA be its own root", async () => {
  const secretData = await issuedFiles({ "ca.crt": base64((await rootCertificate()) + pem("policy")) });
  const { failures } = await runFailingProgram(program({}), { secretData });
  expect(failures).toEqual([expect.stringContaining("Secret pki/cluster2-cacerts holds a self-signed CA")]);
});

describe("an update of a cluster's issuer", () => {
  /** What is said at preview of a cluster whose Certificate names the given issuer. */
  async function told(issuerRef: Record<string, string>): Promise<string[]> {
    const hooks = new Hooks();
    const caIssuer = { name: "mesh-root", kind: "Issuer" };
    const names = { clusterName: "cluster1", network: "network1" };
    const { registrations } = await runProgram(() => {
      const opts = { provider: testProvider(), transformations: [hooks.transformation] };
      return new ClusterPrimary("cluster1", { ...names, caIssuer }, opts);
    });
    const { inputs } = find(registrations, "cluster1:istio-system/cacerts");
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    warn.mockClear();
    const oldInputs = { spec: { issuerRef } };
    expect(await hooks.run("cluster1-issuer", { oldInputs, newInputs: inputs })).toEqual({ onDryRun: true });
    return warn.mock.calls.map(([text]) => text);
  }

  test.each([
    ["another name", { name: "old", kind: "Issuer", group: "cert-manager.io" }, "Issuer old"],
    [
      "another kind",
      { name: "mesh-root", kind: "ClusterIssuer", group: "cert-manager.io" },
      "ClusterIssuer mesh-root",
    ],
    ["another group", { name: "mesh-root", kind: "Issuer", group: "x.example" }, "Issuer mesh-root"],
  ])("is warned of where it gets %s, by which the root may be another", async (_, before, text) => {
    expect(await told(before)).toEqual([
      `the CA of cluster1 is to be signed by Issuer mesh-root (cert-manager.io), no longer by ${text} (${before.group}): unless both hand out ` +
        "the same root (ca.crt), istiod refuses the new CA, and once it restarts proxies of before and after refuse each other; " +
        "compare the roots first, docs/issuers.md",
    ]);
  });

  test("is not warned of where it stays", async () => {
    expect(await told({ name: "mesh-root", kind: "Issuer", group: "cert-manager.io" })).toEqual([]);
  });
});

describe("a ClusterPrimary with an issuer", () => {
  const primary = (cluster: MockCluster = {}) =>
    runProgram(
      () =>
        new ClusterPrimary(
          "cluster1",
          { clusterName: "cluster1", network: "network1", caIssuer: { name: "mesh-root" } },
          { provider: testProvider() },
        ),
      cluster,
    );

  test("has a Certificate for cacerts, no Secret for it, and starts istiod after it", async () => {
    const { registrations } = await primary();
    const certificate = find(registrations, "cluster1:istio-system/cacerts");
    expect(certificate.type).toBe("kubernetes:cert-manager.io/v1:Certificate");
    expect(certificate.inputs["spec"]).toMatchObject({ secretName: "cacerts" });
    expect(certificate.dependsOn).toEqual(["Namespace cluster1-istio-system"]);
    expect(find(registrations, "cluster1-istiod").dependsOn).toContain(
      "Certificate cluster1:istio-system/cacerts",
    );
    expect(registrations.filter(({ name }) => name === "cluster1-cacerts")).toEqual([]);
  });

  test("tells its root by what istiod hands out", async () => {
    const { result } = await primary({ configMapData: { "root-cert.pem": pem("root") } });
    expect(await valueOf(pulumi.output(result.servedRoot))).toBe(pem("root"));
  });
});
