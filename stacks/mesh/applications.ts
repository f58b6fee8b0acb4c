import type * as pulumi from "@pulumi/pulumi";
import { SampleApps, ServiceStubs } from "../../components";
import type { MeshPlan } from "../../components/spec/types";
import type { Member } from "./member";
import { named } from "./providers";
import { placedOf } from "./scope";

/**
 * The sample applications, and the names of services where these do not run.
 *
 * @returns what was made, by cluster
 */
export function deployApplications(
  plan: MeshPlan,
  members: ReadonlyMap<string, Member>,
): ReadonlyMap<string, readonly pulumi.Resource[]> {
  const made = new Map<string, pulumi.Resource[]>();
  for (const { cluster, ...apps } of plan.sampleApps) {
    const { scope, plan: own, provider, injection } = named(members, cluster);
    const { name, opts } = placedOf(scope, own, "-sample-apps");
    const args = { ...apps, network: own.network };
    made.set(cluster, [new SampleApps(name, args, { ...opts, provider, dependsOn: injection })]);
  }
  for (const { cluster, ...stubs } of plan.serviceStubs) {
    const { scope, plan: own, provider, injection } = named(members, cluster);
    const { name, opts } = placedOf(scope, own, "-service-stubs");
    const apps = made.get(cluster) ?? [];
    // Both may make the namespace of a stub.
    const dependsOn = [...injection, ...apps];
    made.set(cluster, [...apps, new ServiceStubs(name, stubs, { ...opts, provider, dependsOn })]);
  }
  return made;
}
