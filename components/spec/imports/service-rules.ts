import { primaryOf } from "../../topology/links";
import { gatewaySettings } from "../gateway/plan";
import { covers, hostOf } from "../services/hosts";
import type { MeshSpec, Problem, ServiceSpec } from "../types";
import { oncePerPlace } from "./host-rules";
import { hasOwnGateway } from "./own-gateway";
import { type HostImport, hostImports, needsAlias, servicesBehind } from "./select";

/** What is imported, here or by other stacks, can be: gateways lead to it, and who may answer for it is known. */
export function exportable(spec: MeshSpec): Problem[] {
  const found = hostImports(spec);
  return (spec.services ?? []).flatMap((service, index) => {
    const path = `services[${index}]`;
    return [
      ...uselessTargets(service, path),
      ...oncePerPlace([
        ...found.flatMap((one) => [
          ...identity(service, path, one),
          ...unreachable(service, path, one),
          ...besideImported(service, path, one),
        ]),
        ...offered(service, path, spec),
      ]),
      ...oncePerPlace(askedOf(service, found).flatMap((asked) => leftOut(service, path, asked, spec))),
    ];
  });
}

function uselessTargets({ ports, selector }: ServiceSpec, path: string): Problem[] {
  if (selector !== undefined) return [];
  return ports.flatMap(({ targetPort }, index) =>
    targetPort === undefined
      ? []
      : [
          {
            path: `${path}.ports[${index}].targetPort`,
            message: "has no effect without selector; set that, or remove it",
          },
        ],
  );
}

function isExported(service: ServiceSpec, { exported }: HostImport): boolean {
  return exported.some((own) => own.service === service);
}

/** Pods here that serve the host as well are asked who they are too. */
function identity(service: ServiceSpec, path: string, found: HostImport): Problem[] {
  const { settings, index } = found;
  if (settings.anyIdentity || !servicesBehind(found).includes(service)) return [];
  if ((service.serviceAccounts ?? []).length > 0) return [];
  const message = `is missing, so that whoever has an identity of the mesh could answer where imports[${index}] takes it; list the accounts of its pods, or set anyIdentity: true there`;
  return [{ path: `${path}.serviceAccounts`, message }];
}

function unreachable(service: ServiceSpec, path: string, found: HostImport): Problem[] {
  if (!isExported(service, found)) return [];
  const who = `imports[${found.index}] takes it into ${found.importer}`;
  return throughGateway(service, path, `${who}, which learns`, who);
}

/** Only a Service that knows no pods, or whose pods know no mutual TLS, cannot be called through a gateway. */
function throughGateway(
  { headless, injected }: ServiceSpec,
  path: string,
  learning: string,
  who: string,
): Problem[] {
  return [
    ...(headless
      ? [
          {
            path: `${path}.headless`,
            message: `is true, and ${learning} no addresses of its pods; use a Service with a ClusterIP, or leave it out there`,
          },
        ]
      : []),
    ...(injected === false
      ? [
          {
            path: `${path}.injected`,
            message: `is false, and ${who} by way of a gateway, behind which nothing would take its mutual TLS; let its pods be injected, or leave it out there`,
          },
        ]
      : []),
  ];
}

/** What stands behind a host in the importer itself is called as what is imported is. */
function besideImported(service: ServiceSpec, path: string, found: HostImport): Problem[] {
  if (isExported(service, found) || !servicesBehind(found).includes(service)) return [];
  const { headless, injected } = service;
  const { index, importer } = found;
  return [
    ...(headless
      ? [
          {
            path: `${path}.headless`,
            message: `is true, and imports[${index}] adds others to it in ${importer}, which clients there would never call: they look up its pods; use a Service with a ClusterIP, or another host`,
          },
        ]
      : []),
    ...(injected === false
      ? [
          {
            path: `${path}.injected`,
            message: `is false, and imports[${index}] has clients of ${importer} call its pods by mutual TLS, which nothing would take; let its pods be injected, or use another host`,
          },
        ]
      : []),
  ];
}

const OFFERED = "exported offers it to other stacks";

/** What other stacks are told of has to be here, and behind a gateway that is configured here. */
function offered(service: ServiceSpec, path: string, spec: MeshSpec): Problem[] {
  if (!service.exported) return [];
  const places = spec.clusters.filter(({ name }) => service.clusters.includes(name));
  if (places.length === 0) {
    const message = `is true, but it runs in no cluster of this mesh (${service.clusters.join(", ")}); the stack of those exports it, remove exported here`;
    return [{ path: `${path}.exported`, message }];
  }
  return [
    ...throughGateway(service, path, `${OFFERED}, which learn`, OFFERED),
    ...places
      .filter((cluster) => hasOwnGateway(cluster, spec))
      .map(({ name }) => ({
        path: `${path}.clusters[${service.clusters.indexOf(name)}]`,
        message: `is ${name}, whose gateway is its own (adopt: istiod), so that exported has no effect there; set gateway.enabled: true for one that is made here, or leave ${name} to importers that are given its addresses`,
      })),
  ];
}

/** A host by which gateways of clusters are asked, and by whom. */
interface Asked {
  readonly host: string;
  readonly who: string;
  readonly clusters: readonly string[];
}

function askedOf(service: ServiceSpec, imports: readonly HostImport[]): Asked[] {
  const importing = imports.flatMap((found) => {
    const host = needsAlias(found) ? found.host : hostOf(service);
    const own = found.exported.find((exported) => exported.service === service);
    return own === undefined ? [] : [{ host, who: found.importer, clusters: own.clusters }];
  });
  const { exported, clusters } = service;
  const offer = { host: hostOf(service), who: "meshes of other stacks", clusters };
  return exported ? [...importing, offer] : importing;
}

/** Hosts that somebody listed for a gateway win over what is imported from it. */
function leftOut(
  service: ServiceSpec,
  path: string,
  { host, who, clusters }: Asked,
  spec: MeshSpec,
): Problem[] {
  return clusters.flatMap((name) => {
    const primary = primaryOf(name, spec.clusters);
    const configuring = spec.clusters.find((cluster) => cluster.name === primary);
    const hosts = configuring && gatewaySettings(configuring, spec).hosts;
    if (hosts === undefined || hosts.some((pattern) => covers(pattern, host))) return [];
    const message = `is ${name}, whose gateway.hosts (${hosts.join(", ")}) leave out ${host}, so ${who} would get no answer; add it there, or leave those hosts out`;
    return [{ path: `${path}.clusters[${service.clusters.indexOf(name)}]`, message }];
  });
}
