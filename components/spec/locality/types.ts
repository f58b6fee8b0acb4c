/**
 * When a client's proxy leaves out an endpoint that does not serve. Each client finds out for itself, so each of them
 * sees a few requests fail first.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection
 */
export interface OutlierDetectionSpec {
  /** Answers with 502, 503 or 504, or failed connections, in a row; 0 counts none. @default 3 */
  readonly consecutiveGatewayErrors?: number | undefined;
  /** Answers with any 5xx in a row, those of the application itself among them; 0 counts none. @default 5 */
  readonly consecutive5xxErrors?: number | undefined;
  /** How often it is checked whether an endpoint's time is over, a duration such as `5s`. @default "5s" */
  readonly interval?: string | undefined;
  /** How long an endpoint is left out, times how often it was before; a duration such as `30s`. @default "30s" */
  readonly baseEjectionTime?: string | undefined;
  /** Percentage of the endpoints that may be left out at once; below 100 a whole cluster cannot be. @default 100 */
  readonly maxEjectionPercent?: number | undefined;
}

/** Where clients of a region go when their own region serves no more. */
export interface RegionFailover {
  /** Region of the clients. */
  readonly from: string;
  /** Region of the endpoints that serve them then. */
  readonly to: string;
}

/** How the requests of a locality are shared out. */
export interface LocalityDistribution {
  /** `region/zone/subzone`; each part may be `*`, and what follows it may be left out. */
  readonly from: string;
  /** Percentage per locality of the endpoints, 100 in all. */
  readonly to: Readonly<Record<string, number>>;
}

/**
 * How clients choose among the endpoints of a host. At most one of `failoverPriority`, `failover` and `distribute` is
 * set. Outlier detection is on in any case: without it Istio never fails over.
 *
 * Regions and zones need no setting: istiod reads them from the labels `topology.kubernetes.io/region` and
 * `topology.kubernetes.io/zone` of the nodes, where a cluster has them. Of an endpoint behind another network's gateway
 * clients know network and cluster, but neither region label nor zone label.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/failover/
 */
export interface LocalityFailoverSpec {
  /**
   * Labels, the weightiest first: endpoints that share more of the first ones with a client come first.
   * @default the client's network, then its cluster, then its region, then its zone
   */
  readonly failoverPriority?: readonly string[] | undefined;
  /** Order by locality, with the region to go to next. @default - by `failoverPriority` */
  readonly failover?: readonly RegionFailover[] | undefined;
  /** Shares by locality, which exclude failover. @default - by `failoverPriority` */
  readonly distribute?: readonly LocalityDistribution[] | undefined;
  readonly outlierDetection?: OutlierDetectionSpec | undefined;
}
