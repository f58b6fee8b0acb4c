import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { CaSigningRequest } from "../../components";
import { find, listOf } from "../support/components";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

test("CaSigningRequest keeps key and request as they were made", async () => {
  const { registrations } = await runProgram(
    () => new CaSigningRequest("cluster1-ca-1", { clusterName: "cluster1" }),
  );
  const kept = (name: string) => Object.keys(find(registrations, name).inputs);
  expect(find(registrations, "cluster1-ca-1-key").ignoreChanges).toEqual(
    expect.arrayContaining(kept("cluster1-ca-1-key")),
  );
  const request = [...find(registrations, "cluster1-ca-1-request").ignoreChanges, "privateKeyPem"];
  expect(request.sort()).toEqual(kept("cluster1-ca-1-request").sort());
});

test("CaSigningRequest is a secret key and a request that names the cluster", async () => {
  const { result, registrations } = await runProgram(
    () =>
      new CaSigningRequest("cluster1-ca-1", {
        clusterName: "cluster1",
        algorithm: "RSA-4096",
        organization: "Example",
      }),
  );
  expect(listOf(registrations)).toEqual([
    "istio-multicluster:index:CaSigningRequest cluster1-ca-1",
    "tls:index/certRequest:CertRequest cluster1-ca-1-request",
    "tls:index/privateKey:PrivateKey cluster1-ca-1-key",
  ]);
  expect(find(registrations, "cluster1-ca-1-key").inputs).toEqual({ algorithm: "RSA", rsaBits: 4096 });
  expect(find(registrations, "cluster1-ca-1-request").inputs).toMatchObject({
    privateKeyPem: expect.stringContaining("cluster1-ca-1-key"),
    subject: { commonName: "Intermediate CA", organization: "Example", locality: "cluster1" },
  });
  expect(await valueOf(result.request)).toContain("cluster1-ca-1-request");
  expect(await pulumi.isSecret(result.request)).toBe(false);
  expect(await pulumi.isSecret(result.privateKey)).toBe(true);
});
