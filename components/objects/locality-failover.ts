import type { Chart } from "cdk8s";
import { failoverPriority, OUTLIER_DEFAULTS } from "../spec/locality/priority";
import { failoverProblems } from "../spec/locality/rules";
import type { LocalityFailoverSpec } from "../spec/types";
import {
  DestinationRule,
  type DestinationRuleSpecTrafficPolicyLoadBalancerLocalityLbSetting as LocalityLbSetting,
  type DestinationRuleSpecTrafficPolicyOutlierDetection as OutlierDetection,
} from "./imports/networking.istio.io";

/** The host whose clients fail over, and how. */
export interface LocalityFailoverInput extends LocalityFailoverSpec {
  /** Name of the DestinationRule. */
  readonly name: string;
  /** Its namespace, best the one of the host: there it holds for the clients of all namespaces. */
  readonly namespace: string;
  /** Full name of the host, such as `helloworld.sample.svc.cluster.local`. */
  readonly host: string;
}

/**
 * Lets clients prefer near endpoints of a host, and take farther ones while these do not serve.
 *
 * Istio reads it from a primary's own cluster only: put it into every primary's, and into no remote's. A host has one
 * such DestinationRule; traffic policies of a second one would be ignored.
 *
 * @throws Error that lists what is wrong with the settings
 * @see https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/failover/
 */
export function localityFailover(chart: Chart, input: LocalityFailoverInput): void {
  const { name, namespace, host, ...settings } = input;
  const problems = failoverProblems(settings, host);
  if (problems.length > 0) {
    throw new Error(problems.map(({ path, message }) => `${path} ${message}`).join("\n"));
  }
  new DestinationRule(chart, `${name}-failover`, {
    metadata: { name, namespace },
    spec: {
      host,
      trafficPolicy: {
        outlierDetection: outlierDetection(settings),
        loadBalancer: { localityLbSetting: localityLbSetting(settings) },
      },
    },
  });
}

/** When a client leaves out an endpoint: as set, or by default. */
export function outlierDetection({ outlierDetection: given = {} }: LocalityFailoverSpec): OutlierDetection {
  return {
    consecutiveGatewayErrors: given.consecutiveGatewayErrors ?? OUTLIER_DEFAULTS.consecutiveGatewayErrors,
    consecutive5XxErrors: given.consecutive5xxErrors ?? OUTLIER_DEFAULTS.consecutive5xxErrors,
    interval: given.interval ?? OUTLIER_DEFAULTS.interval,
    baseEjectionTime: given.baseEjectionTime ?? OUTLIER_DEFAULTS.baseEjectionTime,
    maxEjectionPercent: given.maxEjectionPercent ?? OUTLIER_DEFAULTS.maxEjectionPercent,
  };
}

/** How a client chooses among endpoints. */
export function localityLbSetting(settings: LocalityFailoverSpec): LocalityLbSetting {
  const { failover, distribute } = settings;
  const priority = failoverPriority(settings);
  return {
    enabled: true,
    ...(priority === undefined ? {} : { failoverPriority: [...priority] }),
    ...(failover === undefined ? {} : { failover: [...failover] }),
    ...(distribute === undefined ? {} : { distribute: [...distribute] }),
  };
}
