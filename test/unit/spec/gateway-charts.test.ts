import { describe, expect, test } from "vitest";
import { type HelmValues, type MeshSpec, validateMesh } from "../../../components";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, links } from "../../support/specs";

const gateway = (values: HelmValues): MeshSpec => ({
  clusters: [cluster(1, { gateway: { values } }), cluster(2)],
});
const ports = (...list: Record<string, unknown>[]) => ({ service: { ports: list } });

/** A primary whose gateway leads to its istiod too. */
const serving = (values: HelmValues): MeshSpec => ({
  clusters: [cluster(1, { gateway: { values } }), cluster(2, { controlPlanes: ["cluster1"] })],
});

const ingress = (values: HelmValues): MeshSpec => {
  const routes = [{ service: "web.shop.svc.cluster.local", port: 80 }];
  return { clusters: [cluster(1, { ingress: { routes, values } })] };
};

const rows: Record<string, RuleCase> = {
  "a name by which no Gateway selects the pods": {
    bad: gateway({ name: "eu-gateway" }),
    path: "clusters[0].gateway.values.name",
    message:
      "gives its pods the label istio: eu-gateway, but the mesh's Gateways are for istio: eastwestgateway, so nothing would lead through it; remove the value",
    good: gateway({ name: "eu-gateway", labels: { istio: "eastwestgateway" } }),
  },
  "a label by which none does": {
    bad: gateway({ labels: { istio: "eu" } }),
    path: "clusters[0].gateway.values.labels.istio",
    message: "gives its pods the label istio: eu, but",
    good: gateway({ labels: { tier: "edge" } }),
  },
  "a Service that gets no address": {
    bad: gateway({ service: { type: "NodePort" } }),
    path: "clusters[0].gateway.values.service.type",
    message: 'is "NodePort", but pulumi up waits for the address that only a LoadBalancer gets',
    good: gateway({ service: { type: "LoadBalancer", externalTrafficPolicy: "Local" } }),
  },
  "no Service": {
    bad: gateway({ service: { type: "None" } }),
    path: "clusters[0].gateway.values.service.type",
    message: 'is "None", but',
    good: gateway({ service: {} }),
  },
  "ports without that of services": {
    bad: gateway(ports({ name: "status-port", port: 15021 })),
    path: "clusters[0].gateway.values.service.ports",
    message: "replaces the list with 15443, on which this gateway serves; add ports that lead there to yours",
    good: gateway(ports({ name: "tls", port: 443, targetPort: 15443 })),
  },
  "no ports": {
    bad: gateway({ service: { ports: null } }),
    path: "clusters[0].gateway.values.service.ports",
    message: "replaces the list with 15443,",
    good: gateway({ networkGateway: "network1", service: { ports: [] } }),
  },
  "ports without those of istiod where it serves remotes": {
    bad: serving(ports({ port: 15443 })),
    path: "clusters[0].gateway.values.service.ports",
    message: "replaces the list with 15012, 15017, on which",
    good: serving(ports({ port: 15443 }, { port: 15012 }, { port: 15017 })),
  },
  "a revision that no istiod has": {
    bad: gateway({ revision: "canary" }),
    path: "clusters[0].gateway.values.revision",
    message: 'is "canary", but the cluster\'s one control plane has no revision',
    good: gateway({ revision: "default" }),
  },
  "a name of an ingress gateway": {
    bad: ingress({ name: "web" }),
    path: "clusters[0].ingress.values.name",
    message: "gives its pods the label istio: web, but the mesh's Gateways are for istio: ingressgateway",
    good: ingress({ name: "ingressgateway" }),
  },
  "ports of an ingress gateway": {
    bad: ingress(ports({ port: 443 })),
    path: "clusters[0].ingress.values.service.ports",
    message: "replaces the list with 80, on which",
    good: ingress(ports({ port: 8080, targetPort: 80 })),
  },
};

describe("validateMesh reports of a gateway's Helm values", () => {
  testRules(rows);

  test("nothing where there is no gateway", () => {
    const { clusters } = gateway({ name: "eu-gateway", service: { type: "NodePort" } });
    expect(validateMesh({ clusters, links: links("cluster1>cluster2") })).toEqual([]);
  });

  test("no revision that is a tag of the cluster's istiod", () => {
    const istiod = { values: { revisionTags: ["prod"] } };
    expect(validateMesh({ ...gateway({ revision: "prod" }), istiod })).toEqual([]);
    expect(validateMesh(gateway({ revision: "prod" }))).toHaveLength(1);
  });

  test("no revision where the istiod is somebody else's", () => {
    const mesh = gateway({ revision: "asm-managed" });
    const clusters = mesh.clusters.map((cluster) => ({ ...cluster, adopt: ["istiod" as const] }));
    const paths = validateMesh({ ...mesh, clusters }).map(({ path }) => path);
    expect(paths).not.toContain("clusters[0].gateway.values.revision");
  });
});
