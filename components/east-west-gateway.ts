import * as pulumi from "@pulumi/pulumi";
import { exposeServices } from "./charts/exposure";
import { applyChart } from "./internal/apply-chart";
import { HelmChart } from "./internal/helm-chart";
import { chartOf, type IstioArgs } from "./internal/istio-args";
import { componentType, EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from "./internal/names";
import type { GatewaySpec } from "./topology/types";
import { gatewayValues } from "./values/gateway";

/** Arguments of {@link EastWestGateway}. */
export interface EastWestGatewayArgs extends Omit<GatewaySpec, "enabled"> {
  /** Network that the gateway leads into. */
  network: string;
  /** Which Istio, and from where. @default - the default version from Istio's Helm repository */
  istio?: IstioArgs;
}

/** The part of a Service's status that matters here. */
interface ServiceStatus {
  readonly loadBalancer?: {
    readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
  };
}

/**
 * The way into a network for the mesh's other networks: a LoadBalancer with the status port and 15443 only,
 * which passes mutual TLS through to the hosts that it exposes.
 * Needs a running istiod in the same cluster, which injects its proxy: let it depend on the `ClusterPrimary`.
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/#install-the-east-west-gateway-in-cluster1
 */
export class EastWestGateway extends pulumi.ComponentResource {
  /** Address of the load balancer, an IP or a host name. */
  public readonly address: pulumi.Output<string>;

  public constructor(name: string, args: EastWestGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("EastWestGateway"), name, {}, opts);
    const chart = gatewayChart(name, args, { parent: this });
    applyChart(name, (exposure) => exposeServices(exposure, args.hosts ?? ["*.local"]), {
      parent: this,
      dependsOn: [chart],
    });
    this.address = loadBalancerAddress(chart);
    this.registerOutputs({ address: this.address });
  }
}

function gatewayChart(
  name: string,
  args: EastWestGatewayArgs,
  opts: pulumi.ComponentResourceOptions,
): HelmChart {
  const { istio, hosts: _hosts, ...settings } = args;
  const values = gatewayValues({ ...settings, imagePullSecrets: istio?.imagePullSecrets ?? [] });
  return new HelmChart(
    `${name}-chart`,
    { ...chartOf("gateway", istio), releaseName: EAST_WEST_GATEWAY, values },
    opts,
  );
}

function loadBalancerAddress({ resources }: HelmChart): pulumi.Output<string> {
  const service = resources.apply((objects) => objects.find(({ manifest }) => manifest.kind === "Service"));
  const status = service.apply((found) => found?.status ?? pulumi.output<unknown>(undefined));
  return status.apply((current) => {
    const ingress = (current as ServiceStatus | undefined)?.loadBalancer?.ingress?.[0];
    const address = ingress?.ip ?? ingress?.hostname;
    if (address === undefined) {
      throw new Error(
        `Service ${ISTIO_NAMESPACE}/${EAST_WEST_GATEWAY} has no load balancer address; check that the cluster gives one to Services of type LoadBalancer`,
      );
    }
    return address;
  });
}
