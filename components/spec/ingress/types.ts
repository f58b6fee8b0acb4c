import type { HelmValues } from "../kubernetes";

/** Where an ingress gateway leads one kind of requests. */
export interface IngressRouteSpec {
  /** Host that requests are for; routes of the same host are tried in their order. @default "*" - any */
  readonly host?: string | undefined;
  /** How their path begins. @default "/" */
  readonly prefix?: string | undefined;
  /** Full name of the Service that answers, such as `helloworld.sample.svc.cluster.local`, in this cluster or another one. */
  readonly service: string;
  /** Port of that Service. */
  readonly port: number;
}

/** A way into a cluster for clients outside of the mesh. */
export interface IngressSpec {
  /** What is led where; anything else is answered with 404. */
  readonly routes: readonly IngressRouteSpec[];
  /**
   * Name of a Secret of istio-system with a certificate and its key, `kubernetes.io/tls`, which others keep there: clients
   * then use HTTPS, on port 443.
   * @default - HTTP, on port 80
   */
  readonly credentialName?: string | undefined;
  /** Fixed replica count; turns the autoscaler off. @default - autoscaler, 1 to 5 */
  readonly replicas?: number | undefined;
  /** Annotations of its load balancer, over those of the platform. @default {} */
  readonly serviceAnnotations?: Readonly<Record<string, string>> | undefined;
  /** CIDRs that may connect to it. @default - any */
  readonly sourceRanges?: readonly string[] | undefined;
  /** Helm values of the gateway chart, over those that this program computes. @default {} */
  readonly values?: HelmValues | undefined;
}

/** An ingress gateway with every default filled in. */
export interface IngressPlan {
  readonly routes: readonly Required<{ [K in keyof IngressRouteSpec]: NonNullable<IngressRouteSpec[K]> }>[];
  readonly credentialName?: string | undefined;
  readonly replicas?: number | undefined;
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  readonly sourceRanges: readonly string[];
  readonly values?: HelmValues | undefined;
  /** Seconds for which new pods have to be ready before old ones go. @default 0 */
  readonly minReadySeconds?: number;
}
