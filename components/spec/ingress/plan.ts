import { ingressPort } from "../../topology/ports";
import { rolloutOf, serviceAnnotationsOf } from "../gateway/plan";
import type { ClusterSpec } from "../types";
import type { IngressPlan } from "./types";

/** A cluster's ingress gateway, if it is to have one. */
export function planIngress(cluster: ClusterSpec): IngressPlan | undefined {
  const { ingress } = cluster;
  if (ingress === undefined) return undefined;
  const { routes, credentialName, replicas, serviceAnnotations, sourceRanges = [], values } = ingress;
  const ports = [ingressPort(credentialName)];
  return {
    routes: routes.map(({ host = "*", prefix = "/", service, port }) => ({ host, prefix, service, port })),
    ...(credentialName === undefined ? {} : { credentialName }),
    ...(replicas === undefined ? {} : { replicas }),
    serviceAnnotations: serviceAnnotationsOf(cluster, { serviceAnnotations, sourceRanges }, ports),
    sourceRanges,
    ...rolloutOf(cluster),
    ...(values === undefined ? {} : { values }),
  };
}
