import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { EAST_WEST_SELECTOR, exposeServices } from "./objects/exposure";
import { serviceAlias } from "./objects/service-export";

/** A port of a {@link ServiceAliasArgs}. */
export interface ServiceAliasPortArgs {
  /** Name by which Istio knows the protocol: `http`, `grpc-api`, `tcp-db`. */
  name: string;
  /** Number under which it is exported. */
  port: number;
  /**
   * Number that it has in the Service; with `workloadSelector`, in the pods.
   * @default - `port`
   */
  targetPort?: number;
}

/** Another host under which a Service is exported. */
export interface ServiceAliasArgs {
  /** The host, which must not be that of another Service of the cluster. */
  host: string;
  /** Namespace of the Service. */
  namespace: string;
  /** Full name of the Service, such as `helloworld.sample.svc.cluster.local`. */
  service: string;
  /** Ports of the host. */
  ports: readonly ServiceAliasPortArgs[];
  /**
   * Labels of its pods, which the gateway then knows one by one. By name it knows the Service's address only: once the
   * Service is made anew, callers fail until the gateway asks DNS again, up to a minute.
   * @default - none, the Service is looked up by its name
   */
  workloadSelector?: Readonly<Record<string, string>>;
}

/** Arguments of {@link ServiceExport}. */
export interface ServiceExportArgs {
  /**
   * Hosts to which the gateway is to lead, such as `helloworld.sample.svc.cluster.local`, and to no others. For a gateway
   * to which no other Gateway object gives hosts on 15443: where two of these mean one host, Envoy refuses both, or Istio
   * leaves one out. An `EastWestGateway` has `hosts` of its own for this.
   * @default - none: the gateway leads to what is exported already
   */
  hosts?: readonly string[];
  /**
   * Further hosts for Services, by which clusters whose Services differ in name, namespace or port export one host.
   * `hosts` or the gateway's own have to mean them as well.
   * @default []
   */
  aliases?: readonly ServiceAliasArgs[];
  /**
   * Labels of the gateway's pods.
   * @default { istio: "eastwestgateway" }
   */
  gatewaySelector?: Readonly<Record<string, string>>;
}

/**
 * Leads a cluster's east-west gateway to exactly those services that other clusters may import. The gateway passes mutual
 * TLS through and grants nothing: who may call what is for the AuthorizationPolicies of the workloads.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode
 */
export class ServiceExport extends pulumi.ComponentResource {
  public constructor(name: string, args: ServiceExportArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ServiceExport"), name, {}, opts);
    const { hosts = [], aliases = [], gatewaySelector = EAST_WEST_SELECTOR } = args;
    applyChart(
      name,
      (chart) => {
        if (hosts.length > 0) exposeServices(chart, hosts, gatewaySelector);
        for (const { ports, ...alias } of aliases) {
          serviceAlias(chart, {
            ...alias,
            ports: ports.map((port) => ({ ...port, targetPort: port.targetPort ?? port.port })),
          });
        }
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
