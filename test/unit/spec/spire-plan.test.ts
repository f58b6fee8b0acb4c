import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, validateMesh } from "../../../components";
import { cluster, importing, links, mesh, service } from "../../support/specs";
import { by, clusters, federating, spire } from "../../support/spire-specs";

describe("the plan of SPIRE", () => {
  const planOf = (spec: MeshSpec) => {
    expect(validateMesh(spec)).toEqual([]);
    return planMesh(spec).spire;
  };
  const federationOf = (spec: MeshSpec) =>
    Object.fromEntries(
      (planOf(spec)?.clusters ?? []).map(({ cluster: name, federation, endpointAnnotations }) => [
        name,
        [
          ...federation.map((other) => `${other.trustDomain} of ${other.cluster}`),
          ...(endpointAnnotations === undefined ? [] : ["told"]),
        ],
      ]),
    );

  test("is none unless it is asked for", () => {
    expect(planMesh(mesh(1)).spire).toBeUndefined();
    expect(planMesh(by({ provider: "istiod" })).spire).toBeUndefined();
  });

  test("has every default filled in", () => {
    expect(planOf(spire())).toEqual({
      caTtl: "24h",
      svidTtl: "1h",
      refreshHint: "5m",
      upstream: { rootEpoch: 1 },
      storage: { size: "1Gi" },
      tolerations: [],
      images: {
        server: "ghcr.io/spiffe/spire-server:1.13.3",
        agent: "ghcr.io/spiffe/spire-agent:1.13.3",
        controllerManager: "ghcr.io/spiffe/spire-controller-manager:0.6.3",
        csiDriver: "ghcr.io/spiffe/spiffe-csi-driver:0.2.7",
        nodeDriverRegistrar: "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.15.0",
      },
      clusters: [
        {
          cluster: "cluster1",
          trustDomain: "foo.com",
          federation: [{ trustDomain: "bar.com", cluster: "cluster2" }],
          endpointAnnotations: {},
        },
        {
          cluster: "cluster2",
          trustDomain: "bar.com",
          federation: [{ trustDomain: "foo.com", cluster: "cluster1" }],
          endpointAnnotations: {},
        },
      ],
    });
  });

  test("keeps what the spec says", () => {
    expect(
      planOf(spire({ upstream: { issuer: "root" }, caTtl: "6h", images: { agent: "own/agent:1" } })),
    ).toMatchObject({
      upstream: { issuer: { name: "root", kind: "ClusterIssuer", group: "cert-manager.io" } },
      caTtl: "6h",
      images: { agent: "own/agent:1", server: "ghcr.io/spiffe/spire-server:1.13.3" },
    });
  });

  test("of SPIRE that others installed has what Istio has to know of it", () => {
    expect(planOf(spire({ existing: {} }))?.existing).toEqual({ socketFile: "spire-agent.sock" });
    const existing = { className: "mesh", socketFile: "agent.sock" };
    expect(planOf(spire({ existing }))?.existing).toEqual(existing);
  });

  test("federates both ends of a link, in whichever direction it is", () => {
    expect(federationOf(spire({}, { links: links("cluster1>cluster2") }))).toEqual({
      cluster1: ["bar.com of cluster2", "told"],
      cluster2: ["foo.com of cluster1", "told"],
    });
    const imports = importing("cluster1>cluster2", [service()], [{ services: {} }], { clusters });
    expect(federationOf({ ...imports, identity: { provider: "spire" } })).toEqual({
      cluster1: ["bar.com of cluster2", "told"],
      cluster2: ["foo.com of cluster1", "told"],
    });
  });

  test("asks one cluster for each trust domain, and opens no endpoint that nobody asks", () => {
    const third = cluster(3, { trustDomain: "bar.com" });
    expect(federationOf(spire({}, { clusters: [...clusters, third] }))).toEqual({
      cluster1: ["bar.com of cluster2", "told"],
      cluster2: ["foo.com of cluster1", "told"],
      cluster3: ["foo.com of cluster1"],
    });
    expect(federationOf(spire({}, mesh(2)))).toEqual({ cluster1: [], cluster2: [] });
    expect(federationOf(spire({}, { links: [] }))).toEqual({ cluster1: [], cluster2: [] });
  });

  test("federates as its lists say where there are some", () => {
    const third = cluster(3, { trustDomain: "baz.com" });
    const spec = federating([["cluster1", "cluster2"]], {
      clusters: [...clusters, third],
      links: links("cluster1>cluster2"),
    });
    expect(federationOf(spec)["cluster3"]).toEqual([]);
  });

  test("gives the endpoint the kind of load balancer that the cluster's gateway has", () => {
    const [first, second] = clusters;
    const spec = spire({}, { clusters: [{ ...first!, platform: "eks" }, second!] });
    expect(planOf(spec)?.clusters[0]?.endpointAnnotations).toMatchObject({
      "service.beta.kubernetes.io/aws-load-balancer-type": "external",
    });
  });
});
