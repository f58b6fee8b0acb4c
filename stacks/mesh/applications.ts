import type * as pulumi from "@pulumi/pulumi";
import { SampleApps, ServiceStubs } from "../../components";
import type { MeshPlan } from "../../components/spec/types";
import { recordNames } from "./made-names";
import type { Member } from "./member";
import { applicationGuard, SAMPLE, STUB } from "./prior/application-guard";
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
  for (const member of members.values()) recordNames(member, plan);
  const made = new Map<string, pulumi.Resource[]>();
  for (const { cluster, ...apps } of plan.sampleApps) {
    const member = named(members, cluster);
    const { scope, plan: own, provider, injection } = member;
    const { name, opts } = placedOf(scope, own, "-sample-apps");
    const args = { ...apps, network: own.network };
    const transformations = applicationGuard(name, member, plan, SAMPLE);
    made.set(cluster, [
      new SampleApps(name, args, { ...opts, provider, transformations, dependsOn: injection }),
    ]);
  }
  for (const { cluster, ...stubs } of plan.serviceStubs) {
    const member = named(members, cluster);
    const { scope, plan: own, provider, injection } = member;
    const { name, opts } = placedOf(scope, own, "-service-stubs");
    const apps = made.get(cluster) ?? [];
    // Both may make the namespace of a stub.
    const dependsOn = [...injection, ...apps];
    const transformations = applicationGuard(name, member, plan, STUB);
    made.set(cluster, [
      ...apps,
      new ServiceStubs(name, stubs, { ...opts, provider, transformations, dependsOn }),
    ]);
  }
  return made;
}
