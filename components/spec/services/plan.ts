import { SAMPLE_NAMESPACE } from "../../defaults";
import { ISTIO_NAMESPACE } from "../../names";
import { linksOf, visibleFrom } from "../../topology/links";
import type { MeshSpec, ServiceSpec, ServiceStubsPlan } from "../types";

/** Namespaces of every cluster of a mesh, whoever uses them. */
const ALWAYS_THERE = ["default", "kube-system", ISTIO_NAMESPACE];

/** Clusters whose clients may call a Service that does not run there. */
export function callersElsewhere(service: ServiceSpec, spec: MeshSpec): string[] {
  const mesh = { clusters: spec.clusters, links: linksOf(spec) };
  return spec.clusters
    .map(({ name }) => name)
    .filter((name) => !service.clusters.includes(name))
    .filter((name) => visibleFrom(name, mesh).some((seen) => service.clusters.includes(seen)));
}

/** The stubs that names need where proxies do not answer for them. */
export function planStubs(spec: MeshSpec): ServiceStubsPlan[] {
  const { serviceStubs = !spec.dnsCapture } = spec;
  return serviceStubs ? stubsOf(spec) : [];
}

/** A stub for each Service in each cluster where it is called and does not run. */
export function stubsOf(spec: MeshSpec): ServiceStubsPlan[] {
  return spec.clusters.flatMap(({ name: cluster }) => {
    const called = (spec.services ?? []).filter((service) =>
      callersElsewhere(service, spec).includes(cluster),
    );
    if (called.length === 0) return [];
    const services = called.map(({ name, namespace, ports }) => ({ name, namespace, ports }));
    return [
      { cluster, namespaces: spec.stubNamespaces ? namespacesOf(called, cluster, spec) : [], services },
    ];
  });
}

/** Namespaces to make: none that exist anyhow, or in which another Service of the list runs here already. */
function namespacesOf(stubs: readonly ServiceSpec[], cluster: string, spec: MeshSpec): string[] {
  const inUse = (spec.services ?? [])
    .filter(({ clusters }) => clusters.includes(cluster))
    .map(({ namespace }) => namespace);
  const there = [
    ...ALWAYS_THERE,
    ...inUse,
    ...(spec.sampleApps ? [spec.sampleApps.namespace ?? SAMPLE_NAMESPACE] : []),
  ];
  return [...new Set(stubs.map(({ namespace }) => namespace))].filter((name) => !there.includes(name));
}
