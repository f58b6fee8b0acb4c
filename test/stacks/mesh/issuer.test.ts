import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { CaIssuerSpec } from "../../../components";
import { decoded, find } from "../../support/components";
import { deploy } from "../../support/deploy";
import type { Registration } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { rootCertificate, selfSigned } from "../../support/pki";
import { cluster, mesh } from "../../support/specs";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const ingress = [{ ip: "192.0.2.1" }];

const CENTURY_HOURS = 100 * 365 * 24;

const issued = async (issuer: Partial<CaIssuerSpec>) => {
  const pem = await rootCertificate();
  const spec = mesh(2, { ca: { issuer: { name: "mesh-root", ...issuer }, intermediateValidityDays: 90 } });
  const own = await selfSigned("Intermediate CA", true, CENTURY_HOURS);
  const secretData = { "tls.crt": base64(own), "tls.key": base64("key"), "ca.crt": base64(pem) };
  return deploy(
    { ...spec, clusters: [...spec.clusters, cluster(3, { controlPlanes: ["cluster1"] })] },
    { ingress, secretData, configMapData: { "root-cert.pem": pem } },
  );
};

const certificatesOf = (registrations: readonly Registration[]) =>
  registrations
    .filter(({ type }) => type.endsWith(":Certificate"))
    .map(({ name, provider }) => [name, provider]);

const madeHere = (registrations: readonly Registration[]) =>
  registrations.filter(({ type }) => type.startsWith("tls:") || type.endsWith(":RootCA"));

describe("an issuer in every primary", () => {
  test("signs there; the program makes neither root nor CA nor cacerts", async () => {
    const { registrations } = await issued({});
    expect(certificatesOf(registrations)).toEqual([
      ["cluster1:istio-system/cacerts", "cluster1"],
      ["cluster2:istio-system/cacerts", "cluster2"],
    ]);
    expect(find(registrations, "cluster1:istio-system/cacerts").inputs["spec"]).toMatchObject({
      duration: "2160h",
      issuerRef: { name: "mesh-root", kind: "ClusterIssuer" },
    });
    expect(madeHere(registrations)).toEqual([]);
    expect(registrations.filter(({ name }) => name.endsWith("-cacerts"))).toEqual([]);
  });

  test("has its root among the stack's outputs nevertheless", async () => {
    const { result } = await issued({});
    expect(await valueOf(pulumi.output(result.rootCertificate))).toBe(await rootCertificate());
    expect(await valueOf(pulumi.output(result.rootFingerprint))).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });
});

describe("an issuer in one cluster", () => {
  test("signs there for every primary, in a namespace of the Certificates' own", async () => {
    const { registrations } = await issued({ cluster: "cluster2" });
    expect(certificatesOf(registrations)).toEqual([
      ["cluster1-ca:istio-multicluster-ca/cluster1-cacerts", "cluster2"],
      ["cluster2-ca:istio-multicluster-ca/cluster2-cacerts", "cluster2"],
    ]);
    const namespace = find(registrations, "ca-certificates");
    expect([namespace.inputs["metadata"], namespace.provider]).toEqual([
      { name: "istio-multicluster-ca" },
      "cluster2",
    ]);
    expect(madeHere(registrations)).toEqual([]);
  });

  test("has its CAs copied to their clusters, all of it secret", async () => {
    const { registrations } = await issued({ cluster: "cluster2" });
    const { inputs, secretPaths, provider } = find(registrations, "cluster1-cacerts");
    expect(provider).toBe("cluster1");
    expect(decoded(inputs["data"])).toMatchObject({ "ca-key.pem": "key" });
    expect(secretPaths).toEqual(["data"]);
  });

  test("uses a namespace that exists where one is named", async () => {
    const { registrations } = await issued({ cluster: "cluster1", namespace: "pki", kind: "Issuer" });
    expect(certificatesOf(registrations).map(([name]) => name)).toEqual([
      "cluster1-ca:pki/cluster1-cacerts",
      "cluster2-ca:pki/cluster2-cacerts",
    ]);
    expect(registrations.filter(({ name }) => name === "ca-certificates")).toEqual([]);
  });
});
