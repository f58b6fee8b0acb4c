import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { HelmChart, rollout } from "./internal/helm-chart";
import { chartOf, type IstioArgs } from "./internal/istio-args";
import { loadBalancerAddress } from "./internal/load-balancer";
import type { KubernetesObject } from "./internal/manifests";
import { EAST_WEST_GATEWAY } from "./names";
import { exposeIstiod, exposeServices } from "./objects/exposure";
import type { GatewaySettings } from "./spec/types";
import { gatewayValues } from "./values/gateway";

/** Arguments of {@link EastWestGateway}. */
export interface EastWestGatewayArgs extends GatewaySettings {
  /** Network that the gateway leads into. */
  network: string;
  /**
   * Whether it leads to the services of its network, on 15443.
   * @default true
   */
  exposesServices?: boolean;
  /**
   * Whether it leads to its cluster's istiod, on 15012 and 15017, which only remotes need.
   * @default false
   */
  exposesIstiod?: boolean;
  /**
   * Whether its own cluster's control plane configures it; for a remote's gateway the primary's configuration holds.
   * @default true
   */
  configuredHere?: boolean;
  /**
   * Whether its certificate comes from the `workloadSocket` of its control plane's proxies.
   * @default false
   */
  usesWorkloadSocket?: boolean;
  /**
   * Seconds for which new pods have to be ready before the old ones go; all are replaced together then. For load balancers
   * that take their time until they send to a new pod, such as AWS's.
   * @default 0
   */
  minReadySeconds?: number;
  /** Which Istio, and from where. @default - the default version from Istio's Helm repository */
  istio?: IstioArgs;
}

/**
 * The way into a network for the mesh's other networks: a LoadBalancer with the status port and the ports for what it
 * exposes, which passes mutual TLS through.
 * Needs a running istiod that injects its proxy: let it depend on the `ClusterPrimary`, in a remote on the
 * `ClusterRemote` and the link that serves it.
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/#install-the-east-west-gateway-in-cluster1
 */
export class EastWestGateway extends pulumi.ComponentResource {
  /** Address of the load balancer, an IP or a host name. */
  public readonly address: pulumi.Output<string>;

  public constructor(name: string, args: EastWestGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("EastWestGateway"), name, {}, opts);
    const chart = gatewayChart(name, args, { parent: this });
    if (args.configuredHere ?? true) exposures(name, args, { parent: this, dependsOn: [chart] });
    this.address = loadBalancerAddress(name, EAST_WEST_GATEWAY, gatewayService(chart));
    this.registerOutputs({ address: this.address });
  }
}

function gatewayChart(
  name: string,
  args: EastWestGatewayArgs,
  opts: pulumi.ComponentResourceOptions,
): HelmChart {
  const { istio, hosts: _hosts, configuredHere: _configuredHere, minReadySeconds, ...settings } = args;
  const values = gatewayValues({ ...settings, imagePullSecrets: istio?.imagePullSecrets ?? [] });
  return new HelmChart(
    `${name}-chart`,
    { ...chartOf("gateway", istio), ...rollout(minReadySeconds), releaseName: EAST_WEST_GATEWAY, values },
    opts,
  );
}

function exposures(name: string, args: EastWestGatewayArgs, opts: pulumi.CustomResourceOptions): void {
  const { exposesServices = true, exposesIstiod = false, hosts = ["*.local"] } = args;
  applyChart(
    name,
    (chart) => {
      // A Gateway without hosts is none: it leads nowhere where nothing is exported.
      if (exposesServices && hosts.length > 0) exposeServices(chart, hosts);
      if (exposesIstiod) exposeIstiod(chart);
    },
    opts,
  );
}

function gatewayService({ resources }: HelmChart): pulumi.Output<KubernetesObject | undefined> {
  return resources.apply((objects) => objects.find(({ manifest }) => manifest.kind === "Service"));
}
