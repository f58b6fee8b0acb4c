import { externalIstiodPorts, gatewayPorts } from "../../topology/ports";
import { addressTypeOn, loadBalancerAnnotations, platformValues } from "../../topology/platforms";
import { DEFAULT_ISTIO_VERSION } from "../../defaults";
import { adopted, adopts } from "../adopt/adopted";
import { planCa } from "../ca/plan";
import { definedOnly } from "../settings";
import { clientsElsewhere, hostedBy, isPrimary, linksOf, membersOf, remotesOf } from "../../topology/links";
import { planReader } from "../readers/plan";
import { exportedHosts, planStubs } from "../services/hosts";
import type {
  AddressType,
  ClusterPlan,
  ClusterSpec,
  ExternalControlPlanePlan,
  GatewayPlan,
  GatewaySpec,
  HelmValues,
  IstiodSpec,
  IstioPlan,
  LinkPlan,
  LinkSpec,
  MeshPlan,
  MeshSpec,
  Platform,
  SampleAppsPlan,
  SampleAppsSpec,
} from "../types";

/** Makes the plan of a spec in which {@link validateMesh} found no problem. */
export function planMesh(spec: MeshSpec): MeshPlan {
  const plan = planWithoutReaders(spec);
  const clusters = plan.clusters.map((cluster, index) => {
    const given = spec.clusters[index];
    return given === undefined ? cluster : { ...cluster, reader: planReader(given, spec, plan) };
  });
  return { ...plan, clusters };
}

function planWithoutReaders(spec: MeshSpec): MeshPlan {
  return {
    meshId: spec.meshId ?? "mesh1",
    trustDomain: spec.trustDomain ?? "cluster.local",
    mtls: spec.mtls ?? "STRICT",
    ca: planCa(spec.ca),
    workloadCertificates: spec.workloadCertificates ?? {},
    clusters: spec.clusters.map((cluster) => planCluster(cluster, spec)),
    links: linksOf(spec).map((link) => planLink(link, spec.clusters)),
    clusterLocal: spec.clusterLocal ?? [],
    dnsCapture: spec.dnsCapture ?? false,
    serviceStubs: planStubs(spec),
    sampleApps: spec.sampleApps === undefined ? [] : planSampleApps(spec.sampleApps, membersOf(spec)),
  };
}

/** A cluster's gateway settings over the mesh's. */
export function gatewaySettings(cluster: ClusterSpec, spec: MeshSpec): GatewaySpec {
  return mergeSettings(spec.gateway, cluster.gateway);
}

/** What the load balancers of a cluster have: what its gateway's settings say, or else its platform's. */
export function addressTypeOf(cluster: ClusterSpec, spec: MeshSpec): AddressType {
  return gatewaySettings(cluster, spec).addressType ?? addressTypeOn(cluster.platform);
}

/** Which Istio a cluster gets: its own settings over the mesh's. */
export function planIstio(cluster: ClusterSpec, spec: MeshSpec): IstioPlan {
  const settings = { ...spec.istio, ...definedOnly(cluster.istio ?? {}) };
  return {
    version: settings.version ?? DEFAULT_ISTIO_VERSION,
    charts: settings.charts ?? {},
    hub: settings.hub,
    tag: settings.tag,
    imagePullSecrets: settings.imagePullSecrets ?? [],
  };
}

/** A cluster's settings of istiod over the mesh's. */
export function istiodSettings(cluster: ClusterSpec, spec: MeshSpec): IstiodSpec {
  return mergeSettings(spec.istiod, cluster.istiod);
}

function planCluster(cluster: ClusterSpec, spec: MeshSpec): ClusterPlan {
  return {
    name: cluster.name,
    network: cluster.network,
    controlPlanes: cluster.controlPlanes ?? [],
    remotes: remotesOf(cluster.name, spec.clusters),
    adopt: adopted(cluster),
    rootCertificate: cluster.rootCertificate,
    istio: planIstio(cluster, spec),
    externalControlPlane: planExternalControlPlane(cluster, spec),
    hosts: hostedBy(cluster.name, spec.clusters),
    base: onPlatform(cluster.platform, mergeSettings(spec.base, cluster.base)),
    istiod: onPlatform(cluster.platform, istiodSettings(cluster, spec)),
    gateway: planGateway(cluster, spec),
    caEpoch: `${spec.ca?.intermediateEpoch ?? 1}.${cluster.caEpoch ?? 1}`,
    whenUnreachable: cluster.whenUnreachable ?? "fail",
  };
}

function planExternalControlPlane(
  { externalControlPlane }: ClusterSpec,
  spec: MeshSpec,
): ExternalControlPlanePlan | undefined {
  const host = spec.clusters.find(({ name }) => name === externalControlPlane?.host);
  if (externalControlPlane === undefined || host === undefined) return undefined;
  const settings = gatewaySettings(host, spec);
  const { sourceRanges = [] } = settings;
  const addressType = addressTypeOf(host, spec);
  const serviceAnnotations = serviceAnnotationsOf(host, settings, externalIstiodPorts(addressType));
  return { ...externalControlPlane, addressType, serviceAnnotations, sourceRanges };
}

/** What a cluster's gateway leads to; nothing where there is no gateway. */
export function exposureOf(
  cluster: ClusterSpec,
  spec: MeshSpec,
): Pick<GatewayPlan, "exposesServices" | "exposesIstiod" | "addressType"> | undefined {
  const { enabled } = gatewaySettings(cluster, spec);
  const exposesServices = clientsElsewhere(cluster, spec).length > 0;
  if (hostedBy(cluster.name, spec.clusters) !== undefined) return undefined;
  const exposesIstiod =
    cluster.externalControlPlane === undefined && remotesOf(cluster.name, spec.clusters).length > 0;
  const isNeeded = !adopts(cluster, "istiod") && (exposesServices || exposesIstiod);
  if (!(enabled ?? isNeeded)) return undefined;
  return {
    // A gateway that somebody asked for without a need is there to lead to services.
    exposesServices: exposesServices || !exposesIstiod,
    exposesIstiod,
    addressType: addressTypeOf(cluster, spec),
  };
}

function planGateway(cluster: ClusterSpec, spec: MeshSpec): GatewayPlan | undefined {
  const exposure = exposureOf(cluster, spec);
  if (exposure === undefined) return undefined;
  const {
    enabled: _enabled,
    internal: _internal,
    idleTimeoutSeconds: _idleTimeoutSeconds,
    addressPool: _addressPool,
    ...settings
  } = gatewaySettings(cluster, spec);
  return onPlatform(cluster.platform, {
    ...settings,
    ...exposure,
    hosts: settings.hosts ?? exportedHosts(spec),
    serviceAnnotations: serviceAnnotationsOf(cluster, gatewaySettings(cluster, spec), gatewayPorts(exposure)),
  });
}

/** Annotations of a load balancer: what the platform asks for, and over it what the user says. */
function serviceAnnotationsOf(
  { platform }: ClusterSpec,
  { internal, idleTimeoutSeconds, addressPool, sourceRanges = [], serviceAnnotations }: GatewaySpec,
  ports: readonly { readonly port: number }[],
): Record<string, string> {
  const annotations = loadBalancerAnnotations(platform, {
    internal,
    idleTimeoutSeconds,
    addressPool,
    ports: ports.map(({ port }) => port),
    restricted: sourceRanges.length > 0,
  });
  return { ...annotations, ...serviceAnnotations };
}

function planLink(link: LinkSpec, clusters: readonly ClusterSpec[]): LinkPlan {
  const clients = [link.observer, ...remotesOf(link.observer, clusters)];
  const networkOf = new Map(clusters.map(({ name, network }) => [name, network]));
  return {
    ...link,
    crossNetwork: clients.some((client) => networkOf.get(client) !== networkOf.get(link.observed)),
    serves: remotesOf(link.observer, clusters).includes(link.observed),
  };
}

/** Settings of something that a Helm chart installs. */
interface ChartSettings {
  readonly values?: HelmValues | undefined;
}

/** Settings over the values by which a chart knows its platform. */
function onPlatform<T extends ChartSettings>(platform: Platform | undefined, settings: T): T {
  const values = platformValues(platform);
  return values === undefined
    ? settings
    : { ...settings, values: mergeValues(values, settings.values ?? {}) };
}

/** A cluster's settings over the mesh's; Helm values of both are kept, the cluster's win key by key. */
function mergeSettings<T extends ChartSettings>(mesh: T | undefined, cluster: T | undefined): T {
  const merged = { ...mesh, ...definedOnly(cluster ?? {}) } as T;
  if (mesh?.values === undefined || cluster?.values === undefined) return merged;
  return { ...merged, values: mergeValues(mesh.values, cluster.values) };
}

/** Deep merge as Helm does it: maps are merged, everything else is replaced. */
export function mergeValues(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isMap(old) && isMap(value) ? mergeValues(old, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function planSampleApps(apps: SampleAppsSpec, clusters: readonly ClusterSpec[]): SampleAppsPlan[] {
  const plans = clusters.map((cluster) => ({
    cluster: cluster.name,
    namespace: apps.namespace ?? "sample",
    helloworldVersions: apps.helloworld[cluster.name] ?? [],
    client: apps.clients?.includes(cluster.name) ?? true,
  }));
  const users = plans.filter((plan) => plan.helloworldVersions.length > 0 || plan.client);
  const served = (name: string) => [name, ...remotesOf(name, clusters)];
  const primaries = clusters.filter(isPrimary).map(({ name }) => name);
  // A primary without sample applications still has to tell the proxies of its remotes.
  const tellers =
    apps.failover === undefined ? [] : primaries.filter((name) => served(name).some(isIn(users)));
  return plans
    .filter(({ cluster }) => isIn(users)(cluster) || tellers.includes(cluster))
    .map((plan) => (tellers.includes(plan.cluster) ? { ...plan, failover: apps.failover } : plan));
}

function isIn(plans: readonly { readonly cluster: string }[]): (name: string) => boolean {
  return (name) => plans.some(({ cluster }) => cluster === name);
}
