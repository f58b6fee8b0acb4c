import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { HelmChart, rollout } from "./internal/helm-chart";
import { chartOf, type IstioArgs } from "./internal/istio-args";
import { loadBalancerAddress } from "./internal/load-balancer";
import { INGRESS_GATEWAY } from "./names";
import { ingress } from "./objects/ingress";
import type { HelmValues } from "./spec/kubernetes";
import { ingressValues } from "./values/ingress";

/** Where an {@link IngressGateway} leads one kind of requests. */
export interface IngressRouteArgs {
  /** Host that requests are for; routes of the same host are tried in their order. @default "*" - any */
  host?: string;
  /** How their path begins. @default "/" */
  prefix?: string;
  /** Full name of the Service that answers, such as `helloworld.sample.svc.cluster.local`. */
  service: string;
  /** Port of that Service. */
  port: number;
}

/** Arguments of {@link IngressGateway}. */
export interface IngressGatewayArgs {
  /** What is led where; anything else is answered with 404. */
  routes: readonly IngressRouteArgs[];
  /** Name of a Secret of istio-system with the certificate for HTTPS on 443. @default - HTTP, on 80 */
  credentialName?: string;
  /** Fixed replica count; turns the autoscaler off. @default - autoscaler, 1 to 5 */
  replicas?: number;
  /** Annotations of its load balancer. @default {} */
  serviceAnnotations?: Readonly<Record<string, string>>;
  /** CIDRs that may connect to it. @default - any */
  sourceRanges?: readonly string[];
  /** Helm values of the gateway chart, over those that this component computes. @default {} */
  values?: HelmValues;
  /**
   * Whether its certificate for the mesh comes from the `workloadSocket` of its control plane's proxies.
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
 * The way into a cluster for clients outside of the mesh: a load balancer, and behind it a proxy that speaks to the
 * services of the mesh as one of its workloads, `<trust domain>/ns/istio-system/sa/istio-ingressgateway`. Needs a running
 * istiod that injects its proxy, of its own cluster.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/ingress-control/
 */
export class IngressGateway extends pulumi.ComponentResource {
  /** Address of the load balancer, an IP or a host name. */
  public readonly address: pulumi.Output<string>;

  public constructor(name: string, args: IngressGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("IngressGateway"), name, {}, opts);
    const { routes, istio, minReadySeconds, ...settings } = args;
    const values = ingressValues({ ...settings, imagePullSecrets: istio?.imagePullSecrets ?? [] });
    const chart = new HelmChart(
      `${name}-chart`,
      { ...chartOf("gateway", istio), ...rollout(minReadySeconds), releaseName: INGRESS_GATEWAY, values },
      { parent: this },
    );
    const led = routes.map(({ host = "*", prefix = "/", service, port }) => ({
      host,
      prefix,
      service,
      port,
    }));
    const { credentialName } = args;
    applyChart(name, (built) => ingress(built, { routes: led, credentialName }), {
      parent: this,
      dependsOn: [chart],
    });
    const service = chart.resources.apply((objects) =>
      objects.find(({ manifest }) => manifest.kind === "Service"),
    );
    this.address = loadBalancerAddress(name, INGRESS_GATEWAY, service);
    this.registerOutputs({ address: this.address });
  }
}
