import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { planMesh, type MeshSpec, type ProvidedCaSpec } from "../../../components";
import { configureMesh } from "../../../stacks/mesh/library";
import { deployMesh } from "../../../stacks/mesh/mesh";
import { TestCa } from "../../support/ca";
import { decoded, find } from "../../support/components";
import { LOAD_BALANCER } from "../../support/deploy";
import { kubeconfig } from "../../support/kubeconfigs";
import { type MockCluster, runFailingProgram, runProgram } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { cluster } from "../../support/specs";

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

  test("remembers in each cluster which roots it trusts, and which one it is under", async () => {
    const other = await TestCa.root("Other");
    const { secret } = await cacertsOf({ rootCertificate: root.certificate + other.certificate });
    const { metadata } = secret("cluster1").inputs as { metadata: { annotations: Record<string, string> } };
    const print = (ca: TestCa) => new X509Certificate(ca.certificate).fingerprint256;
    expect(JSON.parse(metadata.annotations["istio-multicluster/roots"] ?? "")).toEqual({
      trusted: [print(root), print(other)],
      signer: print(root),
    });
    expect(secret("cluster1").hooks).toEqual(["cluster1-cacerts-root-phase"]);
  });

  test("warns of the first end of a chain, of the root's and of a revocation list's", async () => {
    const soon = { to: 20 };
    const [ending, brief] = [await TestCa.root("Ending", soon), await root.sign("Brief", soon)];
    const crl = (await Promise.all([root, corporate, first, brief].map((ca) => ca.crl([], 5)))).join("");
    const warn = vi.spyOn(pulumi.log, "warn").mockImplementation(async () => {});
    const changes = {
      rootCertificate: root.certificate + ending.certificate,
      intermediates: {
        cluster1: { certificate: first.certificate, chain: corporate.certificate, privateKeySecret: "one" },
        cluster2: { certificate: brief.certificate, privateKeySecret: "two" },
      },
      crl,
    };
    const keys = { cluster1: await first.privateKey(), cluster2: await brief.privateKey() };
    await runProgram(deploy(changes, keys), { ingress: [{ ip: "192.0.2.1" }] });
    const said = warn.mock.calls.map(([text]) => text.replace(/, on .*;/, ";")).sort();
    warn.mockRestore();
    const mend = "have a new one made, and put it into ca.provided";
    expect(said).toEqual([
      `a revocation list of ca.provided.crl expires in 4 days; ${mend}`,
      "root 2 of ca.provided.rootCertificate expires in 19 days; no CA is under it, so take it out",
      `the intermediate CA of cluster2 expires in 19 days; ${mend}`,
    ]);
  });

  test("goes on under its root when another one that it still accepts has expired", async () => {
    const old = await TestCa.root("Old", { from: -3, to: -1 });
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const keys = { cluster1: await first.privateKey(), cluster2: await second.privateKey() };
    const rootCertificate = root.certificate + old.certificate;
    const { failures } = await runFailingProgram(deploy({ rootCertificate }, keys), LOAD_BALANCER);
    const said = warn.mock.calls.map(([text]) => text.replace(/ on .*;/, ";"));
    warn.mockRestore();
    expect(failures).toEqual([]);
    expect(said).toEqual([
      "root 2 of ca.provided.rootCertificate expired; no CA is under it, so take it out",
    ]);
  });

  test("gives each istiod the revocation lists", async () => {
    const crl = (await Promise.all([root, corporate, first, second].map((ca) => ca.crl([])))).join("");
    const { files } = await cacertsOf({ crl });
    expect(files("cluster1")["ca-crl.pem"]).toBe(crl);
  });

  test("cannot take the place of a root that the program made", async () => {
    const keys = { cluster1: await first.privateKey(), cluster2: await second.privateKey() };
    const { failures } = await runFailingProgram(deploy({}, keys), {
      ingress: [{ ip: "192.0.2.1" }],
      stashed: { "unchangeable-signer": "a generated root" },
      preview: true,
    });
    expect(failures.join("\n")).toContain(
      "what signs the clusters' CAs cannot change from a generated root to ca.provided",
    );
  });

  test("tells its root and when its CAs end", async () => {
    const { result } = await cacertsOf();
    const outputs = (await valueOf(pulumi.output(result))) as Record<string, unknown>;
    expect(outputs["rootCertificate"]).toBe(root.certificate);
    expect(outputs["certificates"]).toMatchObject({
      roots: { 1: { notAfter: root.parsed.notAfter.toISOString() } },
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

  describe("whose keys the program makes", () => {
    /** cluster1's CA is signed for the key `own`; the program has made `keys` for its requests. */
    const requesting = async (latest: number, own: TestCa, keys: Record<string, TestCa>) => {
      const made = await Promise.all(
        Object.entries(keys).map(async ([name, ca]) => [`cluster1-ca-${name}-key`, await ca.privateKey()]),
      );
      const changes: Partial<ProvidedCaSpec> = {
        intermediates: {
          cluster1: { certificate: own.certificate, chain: corporate.certificate },
          cluster2: { certificate: second.certificate, privateKeySecret: "two" },
        },
        signingRequests: { cluster1: latest, cluster3: 1 },
      };
      const cluster: MockCluster = {
        ingress: [{ ip: "192.0.2.1" }],
        privateKeys: Object.fromEntries(made) as Record<string, string>,
      };
      return [deploy(changes, { cluster2: await second.privateKey() }), cluster] as const;
    };
    const keyOf = async (ran: Awaited<ReturnType<typeof runProgram>>) =>
      decoded(find(ran.registrations, "cluster1-cacerts").inputs["data"])["ca-key.pem"];

    test("have the requests as outputs, also of a cluster that is yet to join", async () => {
      const { result } = await runProgram(...(await requesting(1, first, { 1: first })));
      const outputs = (await valueOf(pulumi.output(result))) as Record<string, unknown>;
      expect(outputs["signingRequests"]).toEqual({
        cluster1: expect.stringContaining("cluster1-ca-1-request"),
        cluster3: expect.stringContaining("cluster3-ca-1-request"),
      });
    });

    test.each<[string, number, "1" | "2"]>([
      ["use the key of their request", 1, "1"],
      ["keep it while the next request is being signed", 2, "1"],
      ["go to the next key with its certificate", 2, "2"],
    ])("%s", async (_, latest, used) => {
      const keys = { 1: first, 2: await corporate.sign("Next") };
      const ran = await runProgram(...(await requesting(latest, keys[used], keys)));
      expect(await keyOf(ran)).toBe(await keys[used].privateKey());
      expect(find(ran.registrations, "cluster1-cacerts").secretPaths).toContain("data");
      const made = ran.registrations.filter(({ name }) => /^cluster1-ca-\d$/.test(name));
      expect(made.map(({ name }) => name)).toEqual(
        Array.from({ length: latest }, (__, index) => `cluster1-ca-${index + 1}`),
      );
    });

    test("keep no more than two keys", async () => {
      const keys = { 2: first, 3: second };
      const { registrations } = await runProgram(...(await requesting(3, first, keys)));
      const made = registrations.filter(({ name }) => /^cluster1-ca-\d$/.test(name));
      expect(made.map(({ name }) => name)).toEqual(["cluster1-ca-2", "cluster1-ca-3"]);
    });

    test("are not deployed with a certificate of another key", async () => {
      const { failures, registrations } = await runFailingProgram(
        ...(await requesting(2, first, { 1: second, 2: root })),
      );
      expect(failures.join()).toContain(
        "ca.provided.intermediates.cluster1.certificate belongs to none of the keys of its signing requests",
      );
      expect(registrations.filter(({ name }) => name === "cluster1-cacerts")).toEqual([]);
    });

    test("can be asked for before there is a cluster", async () => {
      const ca = {
        provided: { rootCertificate: root.certificate, intermediates: {}, signingRequests: { a: 1 } },
      };
      const { result } = await runProgram(() => deployMesh(configureMesh({ clusters: [], ca }, {})));
      expect(Object.keys(result.signingRequests)).toEqual(["a"]);
    });
  });

  test("take their keys from a program that imports the library, and miss none", async () => {
    const spec: MeshSpec = { clusters: [cluster(1), cluster(2)], ca: { provided: provided() } };
    const both = kubeconfig([{ name: "cluster1" }, { name: "cluster2" }]);
    const access = {
      cluster1: { kubeconfig: both, context: "cluster1" },
      cluster2: { kubeconfig: both, context: "cluster2" },
    };
    const { caKeys } = configureMesh(spec, access, { one: "first key", two: "second key" });
    expect(await valueOf(caKeys?.get("cluster2") ?? pulumi.output(""))).toBe("second key");
    expect(() => configureMesh(spec, access, { one: "first key" })).toThrow(
      "secrets.two is missing; give it the private key of the CA of cluster2",
    );
  });
});
