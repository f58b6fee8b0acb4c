import { SampleApps, ServiceStubs } from "../../components";
import type { MeshPlan } from "../../components/spec/types";
import type { Member } from "./member";
import { named } from "./providers";

/** The sample applications, and the names of services where these do not run. */
export function deployApplications(plan: MeshPlan, members: ReadonlyMap<string, Member>): void {
  const made = new Map<string, SampleApps>();
  for (const { cluster, ...apps } of plan.sampleApps) {
    const { plan: own, provider, injection } = named(members, cluster);
    const args = { ...apps, network: own.network };
    const opts = { provider, dependsOn: injection };
    made.set(cluster, new SampleApps(`${cluster}-sample-apps`, args, opts));
  }
  for (const { cluster, ...stubs } of plan.serviceStubs) {
    const { provider, cluster: member } = named(members, cluster);
    const apps = made.get(cluster);
    // Both may make the namespace of a stub.
    const opts = { provider, dependsOn: apps === undefined ? [member] : [member, apps] };
    new ServiceStubs(`${cluster}-service-stubs`, stubs, opts);
  }
}
