import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { planMesh, type MeshSpec, type ProvidedCaSpec } from "../../components";
import { deployMesh } from "../../stacks/mesh";
import { TestCa } from "../support/ca";
import { decoded, find } from "../support/components";
import { runFailingProgram, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import { cluster } from "../support/specs";

describe("a mesh under provided CAs", () => {
  let root: TestCa;
  let corporate: TestCa;
  let first: TestCa;
  let second: TestCa;

  beforeAll(async () => {
    root = await TestCa.root("Root");
    corporate = await root.sign("Corporate");
    first = await corporate.sign("First");
    second = await root.sign("Second");
  });

  const provided = (changes: Partial<ProvidedCaSpec> = {}): ProvidedCaSpec => ({
    rootCertificate: root.certificate,
    intermediates: {
      cluster1: { certificate: first.certificate, chain: corporate.certificate, privateKeySecret: "one" },
      cluster2: { certificate: second.certificate, privateKeySecret: "two" },
    },
    ...changes,
  });

  const deploy = (changes: Partial<ProvidedCaSpec>, keys: Record<string, string>) => () => {
    const spec: MeshSpec = { clusters: [cluster(1), cluster(2)], ca: { provided: provided(changes) } };
    const endpoint = pulumi.output({ server: "https://api.example", caData: "Q0E=" });
    const access = spec.clusters.map(({ name }) => {
      return [name, { kubeconfig: pulumi.secret("kubeconfig"), endpoint: () => endpoint }] as const;
    });
    const caKeys = new Map(Object.entries(keys).map(([name, pem]) => [name, pulumi.secret(pem)]));
    return deployMesh({ plan: planMesh(spec), access: new Map(access), caKeys });
  };

  const cacertsOf = async (changes: Partial<ProvidedCaSpec> = {}) => {
    const keys = { cluster1: await first.privateKey(), cluster2: await second.privateKey() };
    const ran = await runProgram(deploy(changes, keys), { ingress: [{ ip: "192.0.2.1" }] });
    const secret = (name: string) => find(ran.registrations, `${name}-cacerts`);
    return { ...ran, secret, files: (name: string) => decoded(secret(name).inputs["data"]) };
  };

  const names = (pem: string | undefined) => (pem?.match(/-----BEGIN/g) ?? []).length;

  test("has no key of a root, and no CA that Pulumi made", async () => {
    const { registrations } = await cacertsOf();
    expect(registrations.filter(({ type }) => type.startsWith("tls:"))).toEqual([]);
  });

  test("gives each istiod its CA, the chain up to the root, and the root, as a secret", async () => {
    const { files, secret } = await cacertsOf();
    expect(files("cluster1")).toEqual({
      "ca-cert.pem": first.certificate,
      "ca-key.pem": await first.privateKey(),
      "cert-chain.pem": first.certificate + corporate.certificate + root.certificate,
      "root-cert.pem": root.certificate,
    });
    expect(names(files("cluster2")["cert-chain.pem"])).toBe(2);
    expect(secret("cluster1").secretPaths).toContain("data");
  });

  test("gives each istiod the revocation lists", async () => {
    const crl = (await Promise.all([root, corporate, first, second].map((ca) => ca.crl([])))).join("");
    const { files } = await cacertsOf({ crl });
    expect(files("cluster1")["ca-crl.pem"]).toBe(crl);
  });

  test("tells its root and when its CAs end", async () => {
    const { result } = await cacertsOf();
    const outputs = (await valueOf(pulumi.output(result))) as Record<string, unknown>;
    expect(outputs["rootCertificate"]).toBe(root.certificate);
    expect(outputs["certificates"]).toMatchObject({
      intermediates: { cluster1: { notAfter: expect.stringMatching(/^\d{4}-/) } },
    });
  });

  test.each<[string, () => Promise<string>, string]>([
    ["of another certificate", () => second.privateKey(), "names the key of another certificate"],
    ["that is none", async () => "no key", "names a secret that is no private key"],
  ])("is not deployed with a key %s", async (_, key, message) => {
    const keys = { cluster1: await key(), cluster2: await second.privateKey() };
    const { failures, registrations } = await runFailingProgram(deploy({}, keys), {
      ingress: [{ ip: "192.0.2.1" }],
    });
    expect(failures.join()).toContain(`ca.provided.intermediates.cluster1.privateKeySecret ${message}`);
    expect(registrations.filter(({ name }) => name === "cluster1-cacerts")).toEqual([]);
  });
});
