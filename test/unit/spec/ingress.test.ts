import { describe, expect, test } from "vitest";
import { type IngressRouteSpec, type MeshSpec, planMesh } from "../../../components";
import { testRules } from "../../support/rules";
import { cluster } from "../../support/specs";

const WEB = { service: "web.shop.svc.cluster.local", port: 80 };
const routes = (...list: Partial<IngressRouteSpec>[]): MeshSpec => ({
  clusters: [cluster(1, { ingress: { routes: list.map((route) => ({ ...WEB, ...route })) } })],
});
const ingress = { routes: [WEB] };

describe("an ingress gateway", () => {
  testRules({
    "that leads nowhere": {
      bad: routes(),
      path: "clusters[0].ingress.routes",
      message: "is empty, so the gateway would lead nowhere",
      good: routes({}),
    },
    "for a host that is none": {
      bad: routes({ host: "Web" }),
      path: "clusters[0].ingress.routes[0].host",
      message: '"Web" is no host',
      good: routes({ host: "*.example.com" }),
    },
    "for a path that is none": {
      bad: routes({ prefix: "api" }),
      path: "clusters[0].ingress.routes[0].prefix",
      message: '"api" is no path',
      good: routes({ prefix: "/api" }),
    },
    "that leads to half a name": {
      bad: routes({ service: "web" }),
      path: "clusters[0].ingress.routes[0].service",
      message: '"web" is no full name of a Service',
      good: routes({ service: "web.shop.svc.cluster.local" }),
    },
    "with a route behind one that takes everything": {
      bad: routes({}, { prefix: "/api" }),
      path: "clusters[0].ingress.routes[1]",
      message: "is never reached: an earlier route of * takes all paths of it",
      good: routes({ prefix: "/api" }, {}),
    },
    "of a remote": {
      bad: { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"], ingress })] },
      path: "clusters[1].ingress",
      message: "cannot be: cluster1 reads the configuration of its remote cluster2 in its own cluster",
      good: { clusters: [cluster(1, { ingress }), cluster(2, { controlPlanes: ["cluster1"] })] },
    },
    "of a host": {
      bad: {
        clusters: [cluster(1, { ingress }), cluster(2, { externalControlPlane: { host: "cluster1" } })],
      },
      path: "clusters[0].ingress",
      message: "cannot be: cluster1 only runs the istiod of cluster2",
      good: { clusters: [cluster(1), cluster(2, { ingress, externalControlPlane: { host: "cluster1" } })] },
    },
  });

  test("is planned with every default, and with its platform's kind of load balancer", () => {
    const spec: MeshSpec = { clusters: [cluster(1, { platform: "eks", ingress }), cluster(2)] };
    const [first, second] = planMesh(spec).clusters;
    expect(first?.ingress).toMatchObject({
      routes: [{ host: "*", prefix: "/", ...WEB }],
      serviceAnnotations: { "service.beta.kubernetes.io/aws-load-balancer-type": "external" },
      sourceRanges: [],
    });
    expect(second?.ingress).toBeUndefined();
  });
});
