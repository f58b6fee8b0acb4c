import { beforeAll, describe, expect, test } from "vitest";
import {
  type ClusterSpec,
  type MeshSpec,
  type ProvidedCaSpec,
  type ProvidedIntermediateSpec,
  validateMesh,
} from "../../../components";
import { firstNextUpdate } from "../../../components/pki/revocation";
import { TestCa } from "../../support/ca";
import { cluster } from "../../support/specs";

describe("provided CAs", () => {
  let root: TestCa;
  let other: TestCa;
  let first: TestCa;
  let second: TestCa;

  beforeAll(async () => {
    root = await TestCa.root("Root");
    other = await TestCa.root("Other");
    first = await root.sign("First");
    second = await root.sign("Second");
  });

  const ca = (certificate: string, chain?: string): ProvidedIntermediateSpec => ({
    certificate,
    chain,
    privateKeySecret: "key",
  });

  /** Two primaries and a remote under provided CAs. */
  const spec = (changes: Partial<ProvidedCaSpec> = {}, others: MeshSpec["ca"] = {}): MeshSpec => ({
    clusters: [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })],
    ca: {
      provided: {
        rootCertificate: root.certificate,
        intermediates: {
          cluster1: ca(first.certificate),
          cluster2: ca(second.certificate),
        },
        ...changes,
      },
      ...others,
    },
  });

  const problems = (mesh: MeshSpec) => validateMesh(mesh).map(({ path, message }) => `${path} ${message}`);

  test("that form whole chains under one root have no problem", () => {
    expect(problems(spec())).toEqual([]);
  });

  test("are refused where a primary has none, unless it has adopted its own", () => {
    const intermediates = { cluster1: ca(first.certificate) };
    const adopting = (rootCertificate: string, mesh: MeshSpec) => ({
      ...mesh,
      clusters: [cluster(1), cluster(2, { adopt: ["cacerts"], rootCertificate })] satisfies ClusterSpec[],
    });
    expect(problems(adopting(root.certificate, spec({ intermediates })))).toEqual([]);
    expect(problems(adopting(other.certificate, spec({ intermediates })))).toEqual([
      expect.stringMatching(/^ca\.provided\.rootCertificate lacks the root of cluster2/),
      expect.stringMatching(/^clusters\[1\]\.rootCertificate lacks the root of cluster1/),
    ]);
    const both = root.certificate + other.certificate;
    expect(
      problems(
        adopting(other.certificate + root.certificate, spec({ intermediates, rootCertificate: both })),
      ),
    ).toEqual([]);
    expect(problems(spec({ intermediates }))).toEqual([
      "ca.provided.intermediates has no CA for cluster2; have one signed under the root, and add its certificate; signingRequests: { cluster2: 1 } makes the key and what is to be signed, before cluster2 is one of the clusters",
    ]);
  });

  test("of a cluster under another root are refused for that cluster", async () => {
    const stray = await other.sign("Stray");
    const intermediates = {
      cluster1: ca(first.certificate),
      cluster2: ca(stray.certificate),
    };
    expect(problems(spec({ intermediates }))).toEqual([
      expect.stringMatching(
        /^ca\.provided\.intermediates\.cluster2\.certificate "CN=Stray" is issued by "CN=Other", and not by a root of this mesh/,
      ),
    ]);
  });

  test("below a root that is none are refused once, at the root", () => {
    expect(problems(spec({ rootCertificate: first.certificate }))).toEqual([
      expect.stringMatching(/^ca\.provided\.rootCertificate holds "CN=First", which is not self-signed/),
    ]);
    expect(problems(spec({ rootCertificate: "none" }))).toEqual([
      expect.stringMatching(/^ca\.provided\.rootCertificate holds no certificate/),
    ]);
  });

  test("that cannot be read are refused where they stand", () => {
    const intermediates = {
      cluster1: ca("x", "y"),
      cluster2: ca(second.certificate),
    };
    expect(problems(spec({ intermediates }))).toEqual([
      expect.stringMatching(/^ca\.provided\.intermediates\.cluster1\.certificate holds no certificate/),
      expect.stringMatching(/^ca\.provided\.intermediates\.cluster1\.chain holds no certificate/),
    ]);
  });

  test("of an expired root are refused once, for all clusters", async () => {
    const old = await TestCa.root("Old", { from: -3, to: -1 });
    const intermediates = {
      cluster1: ca((await old.sign("A")).certificate),
      cluster2: ca((await old.sign("B")).certificate),
    };
    expect(problems(spec({ rootCertificate: old.certificate, intermediates }))).toEqual([
      expect.stringMatching(/^ca\.provided\.rootCertificate "CN=Old" expired on/),
    ]);
  });

  test("for a remote or an unknown cluster are refused", () => {
    expect(
      problems(
        spec({
          intermediates: {
            ...spec().ca?.provided?.intermediates,
            cluster3: ca(first.certificate),
            cluster9: ca(first.certificate),
          },
        }),
      ),
    ).toEqual([
      "ca.provided.intermediates.cluster3 cluster3 is a remote, for which cluster1 signs; remove it",
      expect.stringMatching(
        /^ca\.provided\.intermediates\.cluster9 "cluster9" is not a cluster of this mesh/,
      ),
    ]);
  });

  test("beside settings for CAs that the program makes are refused", () => {
    expect(problems(spec({}, { rootValidityDays: 5000 }))).toEqual([
      "ca.rootValidityDays has no effect on CAs that are provided; remove it, or ca.provided",
    ]);
  });

  test("beside a CA epoch of a cluster are refused", () => {
    const mesh = spec();
    const [first, ...others] = mesh.clusters;
    expect(problems({ ...mesh, clusters: [{ ...first!, intermediateEpoch: 2 }, ...others] })).toEqual([
      "clusters[0].intermediateEpoch has no effect on CAs that are provided; remove it, or ca.provided",
    ]);
  });

  test("without a key are refused, unless the program makes it", () => {
    const intermediates = {
      cluster1: ca(first.certificate),
      cluster2: { certificate: second.certificate },
    };
    expect(problems(spec({ intermediates }))).toEqual([
      "ca.provided.intermediates.cluster2 has no key; name the secret config value that holds it in privateKeySecret, or ask for the certificate with signingRequests: { cluster2: 1 }",
    ]);
    expect(problems(spec({ intermediates, signingRequests: { cluster2: 1 } }))).toEqual([]);
  });

  test("may say of what kind the keys are for which they ask, and only then", () => {
    const algorithm = { intermediateAlgorithm: "RSA-4096" } as const;
    expect(problems(spec({ signingRequests: { cluster4: 1 } }, algorithm))).toEqual([]);
    expect(problems(spec({}, algorithm))).toEqual([
      "ca.intermediateAlgorithm has no effect on CAs that are provided; remove it, or ca.provided",
    ]);
  });

  test("may be asked for before there is a cluster, by a name that one can have", () => {
    const asking = (signingRequests: Record<string, number>) => ({
      ...spec({ intermediates: {}, signingRequests }),
      clusters: [],
    });
    expect(problems(asking({ cluster1: 1 }))).toEqual([]);
    expect(problems(asking({}))).toEqual([expect.stringMatching(/^clusters is empty/)]);
    expect(problems(asking({ Cluster_1: 1 }))).toEqual([
      expect.stringMatching(/^ca\.provided\.signingRequests\.Cluster_1 "Cluster_1" is not a DNS-1123 label/),
    ]);
  });

  describe("with revocation lists", () => {
    const lists = async (...cas: TestCa[]) => (await Promise.all(cas.map((ca) => ca.crl(["01"])))).join("");

    test("of every CA have no problem", async () => {
      expect(problems(spec({ crl: await lists(root, first, second) }))).toEqual([]);
    });

    test("of all but one CA are refused, and so are lists that only bear its name", async () => {
      const missing =
        /^ca\.provided\.crl has no list of "CN=Second", so that proxies would trust nothing below it/;
      expect(problems(spec({ crl: await lists(root, first) }))).toEqual([expect.stringMatching(missing)]);
      const forged = await lists(root, first, await other.sign("Second"));
      expect(problems(spec({ crl: forged }))).toEqual([expect.stringMatching(missing)]);
    });

    test("that had to be renewed are refused", async () => {
      const crl = (await lists(root, first)) + (await second.crl([], -0.5));
      expect(problems(spec({ crl }))).toEqual([
        expect.stringMatching(/^ca\.provided\.crl has a list of "CN=Second" that had to be renewed by/),
      ]);
    });

    test("are refused beside a CA whose key nobody has who could sign one", async () => {
      const intermediates = {
        cluster1: ca(first.certificate),
        cluster2: { certificate: second.certificate },
      };
      const crl = await lists(root, first, second);
      expect(problems(spec({ intermediates, signingRequests: { cluster2: 1 }, crl }))).toEqual([
        "ca.provided.crl cannot have a list of the CA of cluster2, which only its own key could sign, and that the program made; take crl out, give it a CA with a key of yours (privateKeySecret), and add crl in a later pulumi up, once npm run verify passes",
      ]);
    });

    test("that are none are refused", () => {
      expect(problems(spec({ crl: "none" }))).toEqual([
        expect.stringMatching(/^ca\.provided\.crl holds no revocation list/),
      ]);
    });

    test("tell the first time by which one has to be renewed", async () => {
      const crl = (await root.crl([], 20)) + (await first.crl([], 5));
      const days = (Date.parse(firstNextUpdate(crl) ?? "") - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(5);
    });
  });
});
