import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { certificateBlocks } from "../../components/pki/certificates";
import { defaultSpec } from "../../lab";
import { TestCa } from "../support/ca";
import { privateKeysIn, publicKeyOf } from "../support/private-keys";
import { pulumi } from "../lab/scenarios/secrecy";
import { apply } from "../lab/support/apply";
import { proxyChain } from "../lab/support/certificates";
import { istiodChain, verifyChain } from "../lab/support/issued-chain";
import { requestHello } from "../lab/support/pods";
import { previewedSteps, Suite } from "../lab/support/suite";
import { SHORT_LIVED } from "../lab/support/trust";

const CLUSTERS = ["cluster1", "cluster2", "cluster3"];

/** Files reach pods in the kubelet's own time, and in the lab's as well. */
const RELOAD = { timeout: 120_000, interval: 2000 };

/** Every request on a connection of its own, so that each is judged by the certificates of its time. */
const CONNECTION_PER_REQUEST = {
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name: "connection-per-request", namespace: "sample" },
  spec: {
    host: "helloworld.sample.svc.cluster.local",
    trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 1 } } },
  },
};

/** The root stays with those who made it; cluster2's CA is signed on request, cluster1's by a CA in between. */
describe("CAs that were made elsewhere", () => {
  const suite = new Suite(defaultSpec("provided", 3));
  let root: TestCa;
  let policy: TestCa;
  let first: TestCa;
  let second: TestCa;
  let third: TestCa;
  let requested: string;

  beforeAll(async () => {
    root = await TestCa.root("Corporate Root");
    policy = await root.sign("Policy CA", { pathLength: 1 });
    first = await policy.sign("cluster1", { pathLength: 0 });
    second = await root.sign("cluster2", { pathLength: 0 });
    third = await root.sign("cluster3", { pathLength: 0 });
    await suite.start();
  });
  afterAll(suite.stop);

  /** The config of `ca.provided`, with what is to be secret beside it. */
  const configure = async (
    provided: Record<string, unknown>,
    keys: Record<string, TestCa>,
    mesh: Record<string, unknown> = {
      sampleApps: { helloworld: { cluster1: ["v1"], cluster2: undefined, cluster3: undefined } },
    },
  ) => {
    const ca = { protectRoot: undefined, provided: { rootCertificate: root.certificate, ...provided } };
    await suite.configure({ ca, ...SHORT_LIVED, ...mesh });
    for (const [name, key] of Object.entries(keys)) {
      await suite.stack.setConfig(`istio-multicluster:${name}`, {
        value: await key.privateKey(),
        secret: true,
      });
    }
  };

  const intermediates = (cluster2: Record<string, string>) => ({
    cluster1: { certificate: first.certificate, chain: policy.certificate, privateKeySecret: "key1" },
    cluster2,
    cluster3: { certificate: third.certificate, privateKeySecret: "key3" },
  });

  describe("a preview refuses", () => {
    test("what is no chain of CAs to the root, all at once", async () => {
      const other = await TestCa.root("Other Root");
      const narrow = await root.sign("Narrow CA", { pathLength: 0 });
      const faulty = {
        cluster1: { certificate: first.certificate, privateKeySecret: "key1" },
        cluster2: {
          certificate: (await narrow.sign("Too deep", { isCa: false })).certificate,
          chain: narrow.certificate,
          privateKeySecret: "key1",
        },
        cluster3: {
          certificate: (await other.sign("Old", { from: -3, to: -1 })).certificate,
          privateKeySecret: "key1",
        },
      };
      await configure({ intermediates: faulty }, { key1: first });
      const said = await suite.stack.preview().then(String, String);
      for (const fault of [
        /cluster1\.certificate "CN=cluster1" is issued by "CN=Policy CA", and not by a root of this mesh/,
        /cluster2\.certificate "CN=Too deep" is not a CA/,
        /cluster2\.chain "CN=Narrow CA" allows 0 CAs below it \(path length\), but there are 1/,
        /cluster3\.certificate "CN=Old" is issued by "CN=Other Root", and not by a root of this mesh/,
        /cluster3\.certificate "CN=Old" expired on/,
      ]) {
        expect(said).toMatch(fault);
      }
    });

    test("the key of another certificate", async () => {
      const own = { certificate: second.certificate, privateKeySecret: "key2" };
      await configure({ intermediates: intermediates(own) }, { key1: third, key2: second, key3: third });
      await expect(suite.stack.preview()).rejects.toThrow(
        /intermediates\.cluster1\.privateKeySecret names the key of another certificate/,
      );
    });
  });

  describe("with the root's key out of Pulumi's reach", () => {
    test("a stack without clusters makes the request for a CA", async () => {
      const provided = { intermediates: {}, signingRequests: { cluster2: 1 } };
      await configure(provided, {}, { clusters: [], sampleApps: undefined });
      await suite.stack.up();
      const { signingRequests } = await suite.stack.outputs();
      const { cluster2 = "" } = signingRequests?.value as Record<string, string>;
      requested = await root.signRequest(cluster2, { pathLength: 0 });
    });

    test("the signed certificate makes the cluster a part of the mesh, in which requests cross", async () => {
      const provided = {
        intermediates: intermediates({ certificate: requested }),
        signingRequests: { cluster2: 1 },
      };
      await configure(provided, { key1: first, key3: third });
      await suite.stack.up();
      await suite.expectWorkingMesh();
      expect(await previewedSteps(suite.stack)).toEqual({});
    });

    test("every live chain ends in the root, whatever its length", async () => {
      const lengths: number[] = [];
      for (const cluster of CLUSTERS) {
        verifyChain(await istiodChain(suite, cluster), root.certificate);
        const chain = certificateBlocks(await proxyChain(suite, cluster));
        verifyChain(chain, root.certificate);
        // istiod adds the root to a chain that has it already.
        lengths.push(new Set(chain).size);
      }
      expect(lengths).toEqual([4, 3, 3]);
    });

    test("another root is refused until every cluster trusts it", async () => {
      const another = await TestCa.root("Another Root");
      const signed = await another.sign("cluster2", { pathLength: 0 });
      const own = { certificate: signed.certificate, privateKeySecret: "key2" };
      const both = { rootCertificate: root.certificate + another.certificate };
      await configure(
        { ...both, intermediates: intermediates(own) },
        { key1: first, key2: signed, key3: third },
      );
      await expect(suite.stack.preview()).rejects.toThrow(/cacerts does not trust root .* yet/);
    });

    test("the state has the clusters' keys, encrypted, and none of the root's", () => {
      const shown = privateKeysIn(pulumi(suite, "stack", "export", "--show-secrets"));
      const above = [root, policy].map(({ certificate }) => publicKeyOf(certificate));
      const own = [first.certificate, requested, third.certificate].map(publicKeyOf);
      expect([...shown].sort()).toEqual(own.sort());
      expect(above.filter((key) => shown.has(key))).toEqual([]);
      expect([...privateKeysIn(pulumi(suite, "stack", "export"))]).toEqual([]);
    });
  });

  describe("with revocation lists", () => {
    const own = () => intermediates({ certificate: second.certificate, privateKeySecret: "key2" });
    const lists = async (...revoked: TestCa[]) => {
      const serials = revoked.map(({ certificate }) => new X509Certificate(certificate).serialNumber);
      const others = [policy, first, second, third].map((ca) => ca.crl([]));
      return [await root.crl(serials), ...(await Promise.all(others))].join("");
    };
    const listServed = (cluster: string) =>
      suite.kubectl(cluster, "get", "configmap", "-n", "sample", "istio-ca-crl", "-o", "jsonpath={.data}");

    beforeAll(async () => {
      const keys = { key1: first, key2: second, key3: third };
      for (const cluster of CLUSTERS) apply(suite, cluster, [CONNECTION_PER_REQUEST]);
      // The CA on request cannot have a list, so no proxy may have a certificate of it when there are lists.
      await configure({ intermediates: own() }, keys);
      await suite.stack.up();
      await suite.expectWorkingMesh();
      await configure({ intermediates: own(), crl: await lists() }, keys);
      await suite.stack.up();
      await vi.waitFor(
        () => CLUSTERS.forEach((cluster) => expect(listServed(cluster)).toContain("CRL")),
        RELOAD,
      );
    });

    test("that revoke nothing, every cluster's requests are answered", async () => {
      await suite.expectWorkingMesh();
      for (const cluster of ["cluster2", "cluster3"])
        expect(await requestHello(suite, cluster)).toMatch(/^200 /);
    });

    test("that revoke cluster2's CA, its new connections fail, and cluster3's do not", async () => {
      await configure(
        { intermediates: own(), crl: await lists(second) },
        { key1: first, key2: second, key3: third },
      );
      expect(await previewedSteps(suite.stack)).toEqual({
        update: CLUSTERS.map((cluster) => `Secret ${cluster}-cacerts`),
      });
      await suite.stack.up();
      await vi.waitFor(async () => expect(await requestHello(suite, "cluster2")).toMatch(/^503 /), RELOAD);
      for (let request = 0; request < 20; request += 1) {
        expect(await requestHello(suite, "cluster2")).toMatch(/^503 /);
        expect(await requestHello(suite, "cluster3")).toMatch(/^200 /);
      }
    });

    test("cluster2 is back once it has another CA", async () => {
      const revoked = second;
      second = await root.sign("cluster2 again", { pathLength: 0 });
      await configure(
        { intermediates: own(), crl: await lists(revoked) },
        { key1: first, key2: second, key3: third },
      );
      await suite.stack.up();
      await vi.waitFor(async () => expect(await requestHello(suite, "cluster2")).toMatch(/^200 /), RELOAD);
      await suite.expectWorkingMesh();
    });
  });
});
