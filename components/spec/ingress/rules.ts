import { hostedBy, isPrimary } from "../../topology/links";
import { isDnsName } from "../labels";
import type { ClusterSpec, MeshSpec, Problem } from "../types";
import type { IngressRouteSpec } from "./types";

/** Ingress gateways are where an istiod reads their configuration, and lead somewhere. */
export function ingresses(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) =>
    cluster.ingress === undefined
      ? []
      : [
          ...place(cluster, `clusters[${index}].ingress`, spec),
          ...cluster.ingress.routes.flatMap((route, number) =>
            routeProblems(route, `clusters[${index}].ingress.routes[${number}]`, {
              earlier: cluster.ingress?.routes.slice(0, number) ?? [],
            }),
          ),
          ...(cluster.ingress.routes.length > 0
            ? []
            : [
                {
                  path: `clusters[${index}].ingress.routes`,
                  message: "is empty, so the gateway would lead nowhere; add a route, or remove ingress",
                },
              ]),
        ],
  );
}

function place({ name, controlPlanes = [] }: ClusterSpec, path: string, { clusters }: MeshSpec): Problem[] {
  const hosted = hostedBy(name, clusters);
  if (hosted !== undefined) {
    const message = `cannot be: ${name} only runs the istiod of ${hosted}, and has no proxies; set it on ${hosted}`;
    return [{ path, message }];
  }
  if (isPrimary({ controlPlanes })) return [];
  const message = `cannot be: ${controlPlanes[0]} reads the configuration of its remote ${name} in its own cluster; set it on ${controlPlanes[0]}, whose gateway leads to services of ${name} too`;
  return [{ path, message }];
}

function routeProblems(
  { host = "*", prefix = "/", service }: IngressRouteSpec,
  path: string,
  { earlier }: { readonly earlier: readonly IngressRouteSpec[] },
): Problem[] {
  const hidden = earlier.some(
    (other) => (other.host ?? "*") === host && prefix.startsWith(other.prefix ?? "/"),
  );
  return [
    ...(host === "*" || isDnsName(host.replace(/^\*\./, ""))
      ? []
      : [{ path: `${path}.host`, message: `"${host}" is no host; use a DNS name, *. and one, or *` }]),
    ...(prefix.startsWith("/")
      ? []
      : [{ path: `${path}.prefix`, message: `"${prefix}" is no path; begin it with /` }]),
    ...(isDnsName(service)
      ? []
      : [
          {
            path: `${path}.service`,
            message: `"${service}" is no full name of a Service; use one such as web.shop.svc.cluster.local`,
          },
        ]),
    ...(hidden
      ? [
          {
            path,
            message: `is never reached: an earlier route of ${host} takes all paths of it; move it before that`,
          },
        ]
      : []),
  ];
}
