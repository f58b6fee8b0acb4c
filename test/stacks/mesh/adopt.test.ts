import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { ClusterPrimary, type ClusterSpec, type MeshSpec } from "../../../components";
import { decoded, find, listOf, testProvider } from "../../support/components";
import { deploy, LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { type Registration, runFailingProgram, runProgram } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { rootCertificate, selfSigned } from "../../support/pki";
import { cluster } from "../../support/specs";

/** What is made of a cluster beside its reader and what links it. */
const madeOf = (registrations: readonly Registration[], name: string) =>
  listOf(registrations.filter(({ provider }) => provider === name)).filter(
    (text) => !/-reader|observes/.test(text),
  );

let oldRoot: string;

beforeAll(async () => {
  oldRoot = await selfSigned("Old");
});

describe("an adopted istiod", () => {
  const existing = (changes: Partial<ClusterSpec> = {}) =>
    cluster(2, { adopt: ["istiod"], rootCertificate: oldRoot, ...changes });

  test("is linked in both directions, and nothing is installed beside it", async () => {
    const accepting = existing({ rootCertificate: oldRoot + (await rootCertificate()) });
    const { registrations } = await deploy({ clusters: [cluster(1), accepting] });
    expect(madeOf(registrations, "cluster2")).toEqual([
      "istio-multicluster:index:ExistingCluster cluster2",
      "kubernetes:core/v1:NamespacePatch cluster2-istio-system",
    ]);
    for (const link of ["cluster1.observes.cluster2", "cluster2.observes.cluster1"]) {
      expect(find(registrations, `${link}-secret`).inputs).toHaveProperty("data");
    }
  });

  test("gets a gateway where that is asked for", async () => {
    const { result } = await deploy({ clusters: [existing({ gateway: { enabled: true } })] });
    expect(Object.keys(result.gatewayAddresses)).toEqual(["cluster2"]);
  });

  test("needs no root of the mesh where there is no other cluster", async () => {
    const { result, registrations } = await deploy({ clusters: [existing()] });
    expect(listOf(registrations).join()).not.toMatch(/RootCA|tls:/);
    expect(await valueOf(pulumi.output(result))).not.toHaveProperty("rootCertificate.length");
  });
});

describe("adopted CRDs", () => {
  test("are left out of what Helm owns, in a primary and in a remote", async () => {
    const { registrations } = await deploy(
      {
        clusters: [
          cluster(1, { adopt: ["crds"] }),
          cluster(2, { adopt: ["crds"], controlPlanes: ["cluster1"] }),
          cluster(3),
        ],
      },
      LOAD_BALANCER,
    );
    const excluded = (name: string) =>
      (find(registrations, `${name}-base`).inputs["values"] as { base: Record<string, unknown> }).base[
        "excludedCRDs"
      ];
    expect(excluded("cluster1")).toContain("gateways.networking.istio.io");
    expect(excluded("cluster2")).toEqual(excluded("cluster1"));
    expect(excluded("cluster3")).toBeUndefined();
  });
});

describe("an adopted CA", () => {
  test("is used by an istiod of ours, and not written", async () => {
    const clusters = [cluster(1, { adopt: ["cacerts"], rootCertificate: oldRoot })];
    const { registrations } = await deploy({ clusters });
    const made = madeOf(registrations, "cluster1").join("\n");
    expect(made).toContain("Deployment cluster1-istiod:istio-system/istiod");
    expect(made).toContain("kubernetes:core/v1:Namespace cluster1-istio-system");
    expect(listOf(registrations).join()).not.toMatch(/cacerts|RootCA|IntermediateCA|tls:/);
  });

  test("has to accept the root that signs for its peers, as soon as that exists", async () => {
    const meshOf = (rootCertificate: string): MeshSpec => ({
      clusters: [cluster(1, { adopt: ["cacerts"], rootCertificate }), cluster(2)],
    });
    const signer = await rootCertificate();
    const stranger = await selfSigned("Stranger");
    const { failures, registrations } = await runFailingProgram(
      () => meshProgram(meshOf(oldRoot + stranger)),
      LOAD_BALANCER,
    );
    expect(failures.join()).toContain(
      `rootCertificate of cluster cluster1 lacks the root that signs for its peers (SHA-256 ${new X509Certificate(signer).fingerprint256}); append it`,
    );
    expect(listOf(registrations)).not.toContain("kubernetes:core/v1:Secret cluster2-cacerts");
    const ran = await deploy(meshOf(oldRoot + signer));
    expect(listOf(ran.registrations)).toContain("kubernetes:core/v1:Secret cluster2-cacerts");
  });

  test("of a primary is shared by its remotes, so that no root is made for these", async () => {
    const clusters = [
      cluster(1, { adopt: ["cacerts"], rootCertificate: oldRoot }),
      cluster(2, { controlPlanes: ["cluster1"] }),
    ];
    const { registrations } = await deploy({ clusters });
    expect(listOf(registrations).join()).not.toContain("RootCA");
  });
});

test.each([
  ["a primary", {}],
  ["a remote", { controlPlanes: ["cluster1"] }],
])("an adopted namespace of %s is patched only", async (_, changes) => {
  const clusters = [cluster(1), cluster(2, { adopt: ["namespace"], ...changes })];
  const { registrations } = await deploy({ clusters });
  const { type, inputs } = find(registrations, "cluster2-istio-system");
  expect(type).toBe("kubernetes:core/v1:NamespacePatch");
  expect(inputs["metadata"]).toMatchObject({ labels: { "topology.istio.io/network": "network2" } });
  expect(find(registrations, "cluster1-istio-system").type).toBe("kubernetes:core/v1:Namespace");
});

describe("roots beside the mesh's own", () => {
  const acceptedRoots = async (trustBundle: string[]) => {
    const { registrations } = await deploy({ clusters: [cluster(1)], ca: { trustBundle } });
    return decoded(find(registrations, "cluster1-cacerts").inputs["data"])["root-cert.pem"];
  };

  test("are accepted after it, each on lines of its own", async () => {
    const root = `${(await rootCertificate()).trimEnd()}\n`;
    const other = oldRoot.trimEnd();
    expect(await acceptedRoots([])).toBe(root);
    expect(await acceptedRoots([other, other])).toBe(`${root}${other}\n${other}\n`);
  });
});

test("a part of a CA is refused", async () => {
  const part = () =>
    new ClusterPrimary(
      "cluster1",
      { clusterName: "cluster1", network: "network1", caCertificate: "pem" },
      { provider: testProvider() },
    );
  await expect(runProgram(part)).rejects.toThrow("cluster1 has only a part of a CA; give caCertificate,");
  await pulumi.runtime.disconnect();
});

describe("of a deployed mesh", () => {
  const spec: MeshSpec = { clusters: [cluster(1), cluster(2)] };

  test.each([
    [
      "the trust domain",
      { unchangeable: "td.example" },
      "trustDomain cannot change from td.example to cluster.local: every certificate of the running mesh names it",
      ["cluster1", "cluster2"],
    ],
    [
      "who signs the CAs",
      { "unchangeable-signer": "ca.issuer in each cluster" },
      "what signs the clusters' CAs cannot change from ca.issuer in each cluster to a generated root: the CAs would get another root",
      ["cluster1", "cluster2"],
    ],
    [
      "what is adopted",
      { "cluster2.unchangeable": "namespace, cacerts, istiod" },
      "adopt of cluster cluster2 cannot change from namespace, cacerts, istiod to nothing: what was made here would",
      ["cluster2"],
    ],
  ])(
    "%s cannot change, and nothing of the clusters concerned is touched",
    async (_, stashed, message, names) => {
      const { failures, registrations } = await runFailingProgram(() => meshProgram(spec), {
        ...LOAD_BALANCER,
        stashed,
        preview: true,
      });
      expect(failures.join("\n")).toContain(message);
      const touched = registrations.filter(({ type }) => type.startsWith("kubernetes:"));
      expect(touched.filter(({ provider }) => names.includes(provider ?? ""))).toEqual([]);
    },
  );

  test("who signs can be chosen as long as nothing is signed", async () => {
    const adopting = { clusters: [cluster(1, { adopt: ["cacerts"], rootCertificate: oldRoot })] } as const;
    const { registrations } = await deploy(adopting);
    expect(listOf(registrations)).not.toContain("pulumi:index:Stash unchangeable-signer");
  });

  test("the same settings are no change", async () => {
    const stashed = { unchangeable: "cluster.local", "cluster1.unchangeable": "nothing" };
    const { registrations } = await deploy(spec, { ...LOAD_BALANCER, stashed });
    expect(listOf(registrations)).toContain("pulumi:index:Stash cluster2.unchangeable");
  });
});
