import { hostedBy, isPrimary } from "../../topology/links";
import { isDnsName, unknownCluster } from "../labels";
import type { ClusterSpec, ExternalControlPlaneSpec, MeshSpec, Problem, PublicEndpointSpec } from "../types";

/** External control planes run in clusters that are there for nothing else, under a name and certificate that fit. */
export function externalControlPlanes(spec: MeshSpec): Problem[] {
  return [
    ...spec.clusters.flatMap((cluster, index) =>
      cluster.externalControlPlane
        ? configCluster(cluster, cluster.externalControlPlane, `clusters[${index}]`, spec)
        : [],
    ),
    ...spec.clusters.flatMap((cluster, index) => {
      const hosted = hostedBy(cluster.name, spec.clusters);
      return hosted === undefined ? [] : host(cluster, hosted, `clusters[${index}]`);
    }),
    ...mentions(spec),
  ];
}

function configCluster(
  cluster: ClusterSpec,
  { host: hostName, publicEndpoint }: ExternalControlPlaneSpec,
  path: string,
  spec: MeshSpec,
): Problem[] {
  const at = `${path}.externalControlPlane`;
  return [
    ...(isPrimary(cluster)
      ? []
      : [
          { path: at, message: `excludes controlPlanes: ${cluster.name} has one istiod; remove one of them` },
        ]),
    ...hostProblems(hostName, cluster.name, `${at}.host`, spec),
    ...(publicEndpoint ? endpointProblems(publicEndpoint, `${at}.publicEndpoint`) : []),
  ];
}

function hostProblems(hostName: string, cluster: string, path: string, spec: MeshSpec): Problem[] {
  if (hostName === cluster) {
    return [
      {
        path,
        message: `is ${cluster} itself; leave externalControlPlane out for a cluster with its own istiod`,
      },
    ];
  }
  // One that names itself is told so, and takes the host from nobody.
  const first = hostedBy(
    hostName,
    spec.clusters.filter(({ name }) => name !== hostName),
  );
  if (first !== undefined && first !== cluster) {
    return [
      {
        path,
        message: `${hostName} already runs the istiod of ${first}; give each config cluster a host of its own`,
      },
    ];
  }
  return unknownCluster(hostName, new Set(spec.clusters.map(({ name }) => name)), path);
}

/** A host name and its certificate only work together: the name has to be in it, and its issuer has to be trusted. */
function endpointProblems(endpoint: PublicEndpointSpec, path: string): Problem[] {
  const { hostName, certificateSecret, certificate, privateKeyConfig } = endpoint;
  const own = [certificate, privateKeyConfig].filter((part) => part !== undefined).length;
  const complete = certificateSecret === undefined ? own === 2 : own === 0;
  return [
    ...(isDnsName(hostName)
      ? []
      : [
          {
            path: `${path}.hostName`,
            message: `"${hostName}" is no DNS name that a certificate can be issued for; use one such as istiod.example.com, or leave publicEndpoint out`,
          },
        ]),
    ...(complete
      ? []
      : [
          {
            path,
            message:
              "needs the certificate for its hostName: set certificateSecret alone, or certificate and privateKeyConfig together",
          },
        ]),
  ];
}

/** What a host cannot have, since it runs no proxy of the mesh and nothing but one istiod. */
function host(cluster: ClusterSpec, hosted: string, path: string): Problem[] {
  const runs = `${cluster.name} only runs the istiod of ${hosted}`;
  const useless = (["istio", "base", "istiod"] as const).filter((key) => cluster[key] !== undefined);
  const { enabled, hosts } = cluster.gateway ?? {};
  return [
    ...(isPrimary(cluster)
      ? []
      : [
          {
            path: `${path}.controlPlanes`,
            message: `cannot be: ${runs}; remove controlPlanes, or host ${hosted} elsewhere`,
          },
        ]),
    ...(cluster.externalControlPlane
      ? [{ path: `${path}.externalControlPlane`, message: `cannot be: ${runs}; host ${hosted} elsewhere` }]
      : []),
    ...useless.map((key) => ({
      path: `${path}.${key}`,
      message: `has no effect: ${runs}, which takes its settings from there; set them on ${hosted}`,
    })),
    ...(enabled || hosts
      ? [
          {
            path: `${path}.gateway.${enabled ? "enabled" : "hosts"}`,
            message: `has no effect: ${runs}, and has no service of the mesh to lead to; remove it`,
          },
        ]
      : []),
  ];
}

/** Places of a spec that name members of the mesh, and so no host. */
function mentions({
  clusters,
  links = [],
  hubs = [],
  groups = [],
  services = [],
  imports = [],
  sampleApps,
}: MeshSpec): Problem[] {
  const named = [
    ...links.flatMap(({ observer, observed }, index) => [
      { name: observer, path: `links[${index}].observer` },
      { name: observed, path: `links[${index}].observed` },
    ]),
    ...hubs.map((name, index) => ({ name, path: `hubs[${index}]` })),
    ...groups.flatMap((group, index) =>
      group.map((name, member) => ({ name, path: `groups[${index}][${member}]` })),
    ),
    ...services.flatMap(({ clusters: places }, index) =>
      places.map((name, place) => ({ name, path: `services[${index}].clusters[${place}]` })),
    ),
    ...imports.flatMap(({ into = [], services: { clusters: places = [] } }, index) => [
      ...into.map((name, place) => ({ name, path: `imports[${index}].into[${place}]` })),
      ...places.map((name, place) => ({ name, path: `imports[${index}].services.clusters[${place}]` })),
    ]),
    ...Object.entries(sampleApps?.helloworld ?? {})
      .filter(([, versions]) => versions.length > 0)
      .map(([name]) => ({ name, path: `sampleApps.helloworld.${name}` })),
    ...Object.keys(sampleApps?.bookinfo ?? {}).map((name) => ({ name, path: `sampleApps.bookinfo.${name}` })),
    ...(sampleApps?.clients ?? []).map((name, index) => ({ name, path: `sampleApps.clients[${index}]` })),
  ];
  return named.flatMap(({ name, path }) => {
    const hosted = hostedBy(name, clusters);
    if (hosted === undefined) return [];
    return [
      {
        path,
        message: `${name} only runs the istiod of ${hosted} and is no member of the mesh; name ${hosted} instead`,
      },
    ];
  });
}
