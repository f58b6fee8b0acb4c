import { isPrimary, membersOf } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { sourceOf } from "../ca/sources";
import { isAmbient } from "../istio/ambient";
import { gatewaySettings } from "../gateway/plan";
import { istiodSettings } from "../istio/plan";
import { olderThan } from "../istio/versions";
import { unknownCluster } from "../labels";
import { valueAt } from "../settings";
import { FIRST_ISTIO, trustDomainOf } from "../trust-domains/plan";
import type { ClusterSpec, HelmValues, MeshSpec, Problem } from "../types";
import { hasSpire, linkedWith } from "./plan";
import { settingsOfSpire } from "./settings-rules";

/** SPIRE can issue the identities of the whole mesh, and nothing is set that only istiod's certificates have. */
export function spire(spec: MeshSpec): Problem[] {
  if (!hasSpire(spec)) return withoutSpire(spec);
  return [
    ...settingsOfSpire(spec),
    ...federation(spec),
    ...ofIstiodOnly(spec),
    ...sameNames(spec),
    ...olderThan(FIRST_ISTIO, spec).map(({ cluster, version, path }) => ({
      path,
      message: `is ${version} in ${cluster.name}; SPIRE needs Istio ${FIRST_ISTIO} or newer`,
    })),
    ...membersOf(spec).flatMap((cluster) =>
      ofCluster(cluster, `clusters[${spec.clusters.indexOf(cluster)}]`, spec),
    ),
  ];
}

function withoutSpire({ identity = {} }: MeshSpec): Problem[] {
  return (["spire", "federation"] as const)
    .filter((key) => identity[key] !== undefined)
    .map((key) => ({
      path: `identity.${key}`,
      message: "has no effect without identity.provider: spire; set that, or remove it",
    }));
}

/** The CA above the SPIRE of a cluster has the name that the CA of an istiod would have in a cluster that is called so. */
function sameNames(spec: MeshSpec): Problem[] {
  const { existing, upstream: { issuer, secret, rootEpoch = 1 } = {} } = spec.identity?.spire ?? {};
  if (existing ?? issuer ?? secret) return [];
  if (rootEpoch > 1 || sourceOf(spec.ca ?? {}) !== "generated") return [];
  const signing = membersOf(spec).filter((cluster) => isPrimary(cluster) && !adopts(cluster, "cacerts"));
  return membersOf(spec).flatMap(({ name }) => {
    const other = signing.find((cluster) => cluster.name === `${name}-spire`);
    if (other === undefined) return [];
    const path = `clusters[${spec.clusters.indexOf(other)}].name`;
    const message = `must not be ${other.name} beside ${name}: its CA would have the name of the one above SPIRE's in ${name}; choose another name`;
    return [{ path, message }];
  });
}

function federation(spec: MeshSpec): Problem[] {
  const groups = spec.identity?.federation;
  if (groups === undefined) return [];
  const names = new Set(membersOf(spec).map(({ name }) => name));
  const strangers = groups.flatMap((group, index) =>
    group.flatMap((name, member) => unknownCluster(name, names, `identity.federation[${index}][${member}]`)),
  );
  return [...strangers, ...unfederated(groups, spec)];
}

/** Without the other's root each refuses the other's requests and answers. */
function unfederated(groups: readonly (readonly string[])[], spec: MeshSpec): Problem[] {
  const members = membersOf(spec).map(({ name }) => name);
  const pairs = members.flatMap((one, index) =>
    members
      .slice(index + 1)
      .filter((other) => linkedWith(one, spec).includes(other))
      .filter((other) => trustDomainOf(one, spec) !== trustDomainOf(other, spec))
      .filter((other) => !groups.some((group) => group.includes(one) && group.includes(other)))
      .map((other) => `${one} and ${other}`),
  );
  if (pairs.length === 0) return [];
  return [
    {
      path: "identity.federation",
      message: `lacks ${pairs.join(", ")}, which are linked and of different trust domains, so each would refuse the other's certificates; add a list of both, or remove the link`,
    },
  ];
}

/** What concerns certificates that istiod issues, of which there are none but in a migration. */
function ofIstiodOnly({ ca, workloadCertificates, identity }: MeshSpec): Problem[] {
  return [
    ...(ca?.provided?.crl === undefined
      ? []
      : [
          {
            path: "ca.provided.crl",
            message:
              "cannot be beside SPIRE, whose CAs have no revocation lists: proxies would accept none of its certificates; remove it (SPIRE's are short-lived instead)",
          },
        ]),
    ...(workloadCertificates?.ttlMinutes === undefined || identity?.migration !== undefined
      ? []
      : [
          {
            path: "workloadCertificates.ttlMinutes",
            message: "has no effect on certificates of SPIRE; remove it, and set identity.spire.svidTtl",
          },
        ]),
  ];
}

function ofCluster(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  const istiod = istiodSettings(cluster, spec).values;
  const gateways = {
    gateway: gatewaySettings(cluster, spec).values,
    ingress: cluster.ingress?.values,
  };
  return [
    ...(adopts(cluster, "istiod")
      ? [
          {
            path: `${path}.adopt`,
            message: `says that the istiod of ${cluster.name} is not installed here, so it would give its pods no certificates of SPIRE; use identity.provider: istiod`,
          },
        ]
      : []),
    ...(cluster.platform === "openshift" && spec.identity?.spire?.existing === undefined
      ? [
          {
            path: `${path}.platform`,
            message: `is openshift, where security context constraints and SELinux keep SPIRE's agents, as they are installed here, from starting in ${cluster.name}; have SPIRE installed by OpenShift's own operator, and set identity.spire.existing`,
          },
        ]
      : []),
    ...valueProblems(istiod, path),
    ...gatewayProblems(gateways, path),
  ];
}

/** Helm values with which a proxy would not get its certificate from SPIRE. */
function valueProblems(istiod: HelmValues = {}, path: string): Problem[] {
  const templates = valueAt(istiod, ["sidecarInjectorWebhook", "defaultTemplates"]);
  const socket = ["meshConfig", "defaultConfig", "proxyMetadata", "WORKLOAD_IDENTITY_SOCKET_FILE"];
  return [
    ...(Array.isArray(templates) && !templates.includes("spire")
      ? [
          {
            path: `${path}.istiod.values.sidecarInjectorWebhook.defaultTemplates`,
            message:
              "replaces the list with the template spire, without which pods get no socket of SPIRE; add spire to it",
          },
        ]
      : []),
    ...(valueAt(istiod, socket) === undefined
      ? []
      : [
          {
            path: `${path}.istiod.values.${socket.join(".")}`,
            message: "is set here already, to SPIRE's socket; remove the value",
          },
        ]),
    ...(isAmbient(istiod)
      ? [
          {
            path: `${path}.istiod.values`,
            message:
              "turns ambient on, whose ztunnels take no certificates of SPIRE (https://github.com/istio/istio/issues/61608); use sidecars, or identity.provider: istiod",
          },
        ]
      : []),
  ];
}

function gatewayProblems(
  gateways: Readonly<Record<string, HelmValues | undefined>>,
  path: string,
): Problem[] {
  return Object.entries(gateways).flatMap(([key, values = {}]) => {
    const templates = valueAt(values, ["podAnnotations", "inject.istio.io/templates"]);
    if (typeof templates !== "string" || templates.split(",").includes("spire")) return [];
    const message = `is "${templates}", without the template spire, so the gateway gets no socket of SPIRE; add it`;
    return [{ path: `${path}.${key}.values.podAnnotations["inject.istio.io/templates"]`, message }];
  });
}
