import { describe, expect, test } from "vitest";
import { planMesh, type ClusterSpec, type MeshSpec } from "../../../../components";
import { DEFAULT_ISTIO_VERSION } from "../../../../components/defaults";
import type { Live, Reference } from "../../../../ops/take-over/cluster";
import { contradictions } from "../../../../ops/take-over/identity";
import { selfSigned } from "../../../support/pki";
import { cluster } from "../../../support/specs";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A cluster with these objects, by kind and name. */
const clusterWith = (objects: Record<string, object>) => ({
  read: ({ kind, metadata }: Reference) =>
    Promise.resolve(objects[`${kind} ${metadata.name}`] as Live | undefined),
  list: (_: string, kind: string) =>
    Promise.resolve(
      Object.entries(objects)
        .filter(([key]) => key.startsWith(`${kind} `))
        .map(([key, object]): Live => {
          const metadata = { name: key.split(" ")[1], namespace: "istio-system" };
          return { apiVersion: "v1", kind, metadata, ...object };
        }),
    ),
});

const istiod = (clusterId: string, image = `docker.io/istio/pilot:${DEFAULT_ISTIO_VERSION}-distroless`) => ({
  spec: { template: { spec: { containers: [{ image, env: [{ name: "CLUSTER_ID", value: clusterId }] }] } } },
});

const running = (changes: Record<string, object> = {}) =>
  clusterWith({
    "Deployment istiod": istiod("cluster1"),
    "ConfigMap istio": { data: { mesh: "trustDomain: cluster.local\n" } },
    "Namespace istio-system": { metadata: { labels: { "topology.istio.io/network": "network1" } } },
    ...changes,
  });

const look = (
  target: ReturnType<typeof clusterWith>,
  changes: Partial<ClusterSpec> = {},
  mesh: Partial<MeshSpec> = {},
) => {
  const plan = planMesh({ clusters: [cluster(1, changes)], ...mesh });
  return contradictions(plan.clusters[0]!, plan, target);
};

describe("a takeover is refused", () => {
  test.each([
    ["name", running({ "Deployment istiod": istiod("east") }), "cluster1", "east"],
    [
      "network",
      running({ "Namespace istio-system": { metadata: { labels: { "topology.istio.io/network": "vpc" } } } }),
      "network1",
      "vpc",
    ],
    [
      "trustDomain",
      running({ "ConfigMap istio": { data: { mesh: "trustDomain: td.example\n" } } }),
      "cluster.local",
      "td.example",
    ],
    [
      "istio.version",
      running({ "Deployment istiod": istiod("cluster1", "registry.example:5000/istio/pilot:1.29.4") }),
      DEFAULT_ISTIO_VERSION,
      "1.29.4",
    ],
  ])("where %s would change", async (key, target, planned, found) => {
    expect(await look(target)).toEqual([
      `cluster1: ${key} is "${planned}" in the config, but its Istio runs as "${found}"; set ${key} to that`,
    ]);
    expect(await look(running())).toEqual([]);
  });

  test("where the root would change, whether it was plugged in or istiod made it", async () => {
    const root = await selfSigned("Root");
    const another = "cluster1: its istiod would get a CA under another root; set adopt: [cacerts]";
    const pluggedIn = running({ "Secret cacerts": { data: { "root-cert.pem": base64(root) } } });
    const selfMade = running({ "Secret istio-ca-secret": { data: { "ca-cert.pem": base64(root) } } });
    for (const target of [pluggedIn, selfMade]) {
      expect((await look(target)).join()).toContain(another);
      expect(await look(target, { adopt: ["cacerts"], rootCertificate: root })).toEqual([]);
      expect(
        await look(target, {}, { ca: { provided: { rootCertificate: root, intermediates: {} } } }),
      ).toEqual([]);
    }
  });

  test("where the istiod is that of a revision, beside which another one would be made", async () => {
    const ofRevision = {
      "Deployment istiod-1-30": {
        metadata: { name: "istiod-1-30", namespace: "istio-system", labels: { "istio.io/rev": "1-30" } },
      },
    };
    const problem = expect.stringMatching(
      /^cluster1: its Deployment istio-system\/istiod-1-30 is an istiod of revision 1-30, and only istio-system\/istiod/,
    ) as string;
    expect(await look(clusterWith(ofRevision))).toEqual([problem]);
    expect(await look(running(ofRevision))).toEqual([problem]);
  });

  test("not for a version that the image's tag does not tell", async () => {
    const image = "registry.example:5000/istio/pilot@sha256:0123";
    expect(await look(running({ "Deployment istiod": istiod("cluster1", image) }))).toEqual([]);
  });

  test("for nothing where there is no Istio yet", async () => {
    expect(await look(clusterWith({}))).toEqual([]);
  });
});
