import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ClusterSpec,
  EastWestGateway,
  type GatewaySpec,
  type MeshSpec,
  type Platform,
  planMesh,
} from "../../../components";
import { PLATFORMS } from "../../../components/topology/platforms";
import { ChartRenderer, FIRST_START } from "../../support/chart-renderer";
import { find, testProvider } from "../../support/components";
import { runProgram } from "../../support/mocks";
import { cluster } from "../../support/specs";

/**
 * What each platform's controller gets to see of a gateway: the Service of Istio's real chart, compared with what the
 * controller's own documentation says. The links are to where it says so.
 */

let renderer: ChartRenderer;

beforeAll(async () => {
  renderer = await ChartRenderer.start();
}, FIRST_START);
afterAll(() => renderer.stop());

interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: string;
}

interface Service {
  readonly annotations: Record<string, string>;
  readonly spec: Record<string, unknown> & { readonly ports: readonly ServicePort[] };
}

/** The gateway's Service of a cluster that `other` reaches, by default from another network. */
async function serviceOn(
  platform: Platform | undefined,
  gateway: GatewaySpec = {},
  other: Partial<ClusterSpec> = {},
): Promise<Service> {
  const spec: MeshSpec = { clusters: [cluster(1, { platform, gateway }), cluster(2, other)] };
  const [plan] = planMesh(spec).clusters;
  if (plan?.gateway === undefined) throw new Error("no gateway is planned");
  const args = { network: plan.network, istio: { folder: renderer.charts }, ...plan.gateway };
  const { registrations } = await runProgram(
    () => new EastWestGateway("gateway", args, { provider: testProvider() }),
    { render: (options) => renderer.render(options), ingress: [{ ip: "192.0.2.1" }] },
  );
  const found = find(registrations, "gateway-chart:istio-system/istio-eastwestgateway", ":Service");
  const { metadata, spec: rendered } = found.inputs as { metadata: Service; spec: Service["spec"] };
  const annotations = Object.entries(metadata.annotations).filter(([key]) => !key.startsWith("pulumi.com/"));
  return { annotations: Object.fromEntries(annotations), spec: rendered };
}

const REMOTE = { controlPlanes: ["cluster1"] };
const port = (name: string, number: number, targetPort = number) => {
  return { name, port: number, protocol: "TCP", targetPort };
};
const numbersOf = ({ spec }: Service) => spec.ports.map((own) => own.port);

test.each([...(Object.keys(PLATFORMS) as Platform[]), undefined])(
  "on %s a gateway's Service is a load balancer for the status port and the services', and leaves the rest open",
  async (platform) => {
    const { spec } = await serviceOn(platform);
    // No externalTrafficPolicy: with Cluster, the default, a node without a gateway passes connections on, and AWS's
    // controller probes over TCP (https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#healthcheck-protocol).
    // No loadBalancerClass, which nothing can change afterwards (https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class).
    // Node ports, which Azure's probes go to (https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#custom-load-balancer-health-probe-for-port).
    expect(spec).toEqual({
      type: "LoadBalancer",
      selector: { app: "istio-eastwestgateway", istio: "eastwestgateway" },
      ports: [port("status-port", 15021), port("tls", 15443)],
    });
  },
);

describe("on eks", () => {
  const AWS = "service.beta.kubernetes.io/aws-load-balancer";
  const GUIDE = {
    // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#lb-type
    [`${AWS}-type`]: "external",
    // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#nlb-target-type
    [`${AWS}-nlb-target-type`]: "ip",
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
    [`${AWS}-target-group-attributes`]: "preserve_client_ip.enabled=false",
  };
  // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#lb-scheme
  const scheme = (value: string) => ({ [`${AWS}-scheme`]: value });

  test("it is an NLB to pods, public unless it is to be internal", async () => {
    expect((await serviceOn("eks")).annotations).toEqual({ ...GUIDE, ...scheme("internet-facing") });
    expect((await serviceOn("eks", { internal: true })).annotations).toEqual({
      ...GUIDE,
      ...scheme("internal"),
    });
  });

  // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#listener-attributes
  test("it has an idle time-out for each of its listeners, which are named by protocol and port", async () => {
    for (const other of [{}, REMOTE]) {
      const service = await serviceOn("eks", { idleTimeoutSeconds: 3600 }, other);
      const listeners = service.spec.ports.map(({ protocol, port: number }) => [
        `${AWS}-listener-attributes.${protocol}-${number}`,
        "tcp.idle_timeout.seconds=3600",
      ]);
      expect(service.annotations).toEqual({
        ...GUIDE,
        ...scheme("internet-facing"),
        ...(Object.fromEntries(listeners) as Record<string, string>),
      });
    }
  });

  // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#lb-source-ranges
  test("source ranges are in the Service's own field, as its controller recommends", async () => {
    const { spec, annotations } = await serviceOn("eks", { sourceRanges: ["198.51.100.0/24"] });
    expect(spec["loadBalancerSourceRanges"]).toEqual(["198.51.100.0/24"]);
    expect(annotations).toEqual({ ...GUIDE, ...scheme("internet-facing") });
  });

  // An ExternalName Service, by which a remote reaches a host name, has no ports to translate.
  // https://kubernetes.io/docs/concepts/services-networking/service/#externalname
  test("a control plane for remotes has its webhook on 443 as well", async () => {
    const { spec } = await serviceOn("eks", {}, REMOTE);
    expect(spec.ports).toContainEqual(port("tls-webhook-443", 443, 15017));
  });
});

describe("on gke", () => {
  // https://docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters
  const EXTERNAL = { "cloud.google.com/l4-rbs": "enabled" };
  const INTERNAL = {
    "networking.gke.io/load-balancer-type": "Internal",
    "networking.gke.io/internal-load-balancer-allow-global-access": "true",
  };

  test("it is a passthrough load balancer, internal ones for all regions", async () => {
    expect((await serviceOn("gke")).annotations).toEqual(EXTERNAL);
    expect((await serviceOn("gke", { internal: true })).annotations).toEqual(INTERNAL);
  });

  // https://docs.cloud.google.com/load-balancing/docs/internal#forwarding-rules-and-port-specifications
  test("it has no more ports than one forwarding rule takes", async () => {
    const service = await serviceOn("gke", { internal: true }, REMOTE);
    expect(numbersOf(service)).toEqual([15021, 15443, 15012, 15017]);
    expect(numbersOf(service).length).toBeLessThanOrEqual(5);
  });
});

describe("on aks", () => {
  const AZURE = "service.beta.kubernetes.io";
  // https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#custom-load-balancer-health-probe-for-port
  const probesOf = ({ spec }: Service): Record<string, string> =>
    Object.fromEntries(
      spec.ports.flatMap(({ port: number }) => [
        [`${AZURE}/port_${number}_health-probe_protocol`, "http"],
        [`${AZURE}/port_${number}_health-probe_port`, "15021"],
        [`${AZURE}/port_${number}_health-probe_request-path`, "/healthz/ready"],
      ]),
    );

  test.each([{}, REMOTE])(
    "every port is probed for readiness, at a port of the Service %j",
    async (other) => {
      const service = await serviceOn("aks", {}, other);
      expect(service.annotations).toEqual(probesOf(service));
      // A number that is none of the Service's ports would be probed on the node itself.
      expect(numbersOf(service)).toContain(15021);
    },
  );

  // https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#loadbalancer-annotations
  test.each<[string, GatewaySpec, Record<string, string>]>([
    ["internal", { internal: true }, { [`${AZURE}/azure-load-balancer-internal`]: "true" }],
    [
      "internal and restricted",
      { internal: true, sourceRanges: ["10.0.0.0/8"] },
      {
        [`${AZURE}/azure-load-balancer-internal`]: "true",
        [`${AZURE}/azure-deny-all-except-load-balancer-source-ranges`]: "true",
      },
    ],
    [
      "with an idle time-out in minutes",
      { idleTimeoutSeconds: 1800 },
      { [`${AZURE}/azure-load-balancer-tcp-idle-timeout`]: "30" },
    ],
  ])("it can be %s", async (_, gateway, annotations) => {
    const service = await serviceOn("aks", gateway);
    expect(service.annotations).toEqual({ ...probesOf(service), ...annotations });
  });
});

// https://metallb.io/usage/#requesting-specific-ips and, for OpenShift,
// https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/ingress_and_load_balancing/load-balancing-with-metallb
describe.each<Platform>(["openshift", "on-premises"])("on %s", (platform) => {
  test("MetalLB takes the address from a pool if one is named, else from any", async () => {
    expect((await serviceOn(platform, { addressPool: "mesh" })).annotations).toEqual({
      "metallb.io/address-pool": "mesh",
    });
    expect((await serviceOn(platform)).annotations).toEqual({});
  });
});

// https://kind.sigs.k8s.io/docs/user/loadbalancer/
test.each(["kind", undefined] as const)("on %s nothing is asked of the load balancer", async (platform) => {
  expect((await serviceOn(platform)).annotations).toEqual({});
});
