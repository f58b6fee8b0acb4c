import * as k8s from "@pulumi/kubernetes";
import type { ChartCall, Registration } from "./mocks";

/** A provider under which a component can run. */
export function testProvider(name = "cluster1"): k8s.Provider {
  return new k8s.Provider(name, { kubeconfig: "kubeconfig" });
}

/** Type and name of everything that was registered, without providers. */
export function listOf(registrations: readonly Registration[]): string[] {
  return registrations
    .filter(({ type }) => !type.startsWith("pulumi:providers:"))
    .map(({ type, name }) => `${type} ${name}`);
}

/** This library's components among them, each as its kind and name. */
export function componentsOf(registrations: readonly Registration[]): string[] {
  return listOf(registrations.filter(({ type }) => type.startsWith("istio-multicluster:"))).map((text) =>
    text.replace("istio-multicluster:index:", ""),
  );
}

/** The provider that renders charts, which reaches no cluster. */
export const RENDERER = "istio-multicluster.charts";

/** The providers that reach clusters. */
export function clusterProviders(registrations: readonly Registration[]): Registration[] {
  return registrations.filter(
    ({ type, name }) => type === "pulumi:providers:kubernetes" && name !== RENDERER,
  );
}

/** The registration with a name; of several the one whose type ends as given. */
export function find(registrations: readonly Registration[], name: string, typeEnd = ""): Registration {
  const found = registrations.filter(
    (candidate) => candidate.name === name && candidate.type.endsWith(typeEnd),
  );
  if (found.length !== 1) throw new Error(`${found.length} resources ${name} ${typeEnd}, not one`);
  return found[0] as Registration;
}

/**
 * Everything that a resource waits for, directly and through others. A component's children are registered once what the
 * component waits for is there.
 */
export function allBefore(registrations: readonly Registration[], name: string): Set<string> {
  const found = new Set<string>();
  const visit = (dependency: string) => {
    if (found.has(dependency)) return;
    found.add(dependency);
    registrations.filter((next) => kindAndName(next) === dependency).forEach(visitAll);
  };
  const visitAll = ({ dependsOn, parentUrn }: Registration) => {
    dependsOn.forEach(visit);
    registrations.filter(({ urn }) => urn === parentUrn).forEach(visitAll);
  };
  visitAll(find(registrations, name));
  return found;
}

const kindAndName = ({ type, name }: Registration) => `${type.split(":").at(-1)} ${name}`;

/** The call by which a release's chart was rendered. */
export function chartCall(calls: readonly ChartCall[], releaseName: string): ChartCall {
  const found = calls.filter(({ options }) => options["release_name"] === releaseName);
  if (found.length !== 1)
    throw new Error(`release ${releaseName} is rendered ${found.length} times, not once`);
  return found[0] as ChartCall;
}

/**
 * The call by which the istiod chart was rendered for a cluster.
 *
 * @param profile - "remote" for a cluster that another one serves; of one with its istiod elsewhere, without it the host's
 */
export function istiodCall(calls: readonly ChartCall[], clusterName: string, profile?: string): ChartCall {
  return chartCall(
    calls.filter(({ options }) => {
      const { global, ...values } = options["values"] as {
        global?: { multiCluster: { clusterName: string } };
        profile?: string;
      };
      return global?.multiCluster.clusterName === clusterName && values.profile === profile;
    }),
    "istiod",
  );
}

/** Kubernetes resources that do not run under the provider, as a fault would show them. */
export function outsideProvider(registrations: readonly Registration[], provider = "cluster1"): string[] {
  return registrations
    .filter((candidate) => candidate.type.startsWith("kubernetes:") && candidate.provider !== provider)
    .map(({ name }) => name);
}

/** Decodes the base64 values of a Secret's data. */
export function decoded(data: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value, "base64").toString(),
    ]),
  );
}
