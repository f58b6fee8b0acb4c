import { ISTIO_NAMESPACE } from "../../components/names";
import { covers } from "../../components/spec/services/hosts";
import type { ClusterPlan, MeshPlan, ServiceExportPlan } from "../../components/spec/types";
import { endpointsOf } from "../envoy";
import { PASSTHROUGH_PAGE, serverNames } from "../envoy-config";
import { exportsOf, hostsOf, isAlone, snisAskedOf } from "../imported";
import { sharedPage } from "../kube/admin-page";
import type { MeshReader } from "../kube/mesh-reader";
import { gatewayProxies } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";
import { shortened } from "../shortened";

/** Each exporting gateway leads to just what it is to, and has a healthy endpoint behind whatever others import. */
export function exportedServices(plan: MeshPlan): Probe[] {
  return plan.clusters.flatMap((cluster): Probe[] => {
    const exported = exportsOf(plan, cluster);
    if (exported === undefined) return [];
    const { name, gateway } = cluster;
    if (gateway !== undefined)
      return [{ check: "export", cluster: name, run: (mesh) => checkExport(mesh, cluster, exported) }];
    if (snisAskedOf(plan, name).length === 0) return [];
    const detail = `the gateway of ${name} is not made here: what it leads to was not looked at`;
    return [{ check: "export", cluster: name, run: async () => skipped(detail) }];
  });
}

/** What a gateway is to lead to. */
export interface ExpectedExport {
  readonly cluster: string;
  /** Hosts, or patterns of these; nothing else. */
  readonly hosts: readonly string[];
  /** Hosts that others import, each with a server name at least. */
  readonly exported: readonly string[];
  /** Server names by which others ask it, each with a healthy endpoint. */
  readonly asked: readonly string[];
  /** Whether each of `exported` runs behind it. */
  readonly runsAll: boolean;
}

async function checkExport(
  mesh: MeshReader,
  cluster: ClusterPlan,
  exported: ServiceExportPlan,
): Promise<Outcome> {
  const reader = mesh.cluster(cluster.name);
  const targets = await gatewayProxies(reader);
  const listener = await sharedPage(mesh, reader, targets, PASSTHROUGH_PAGE);
  const clusters = await sharedPage(mesh, reader, targets, "clusters");
  const expected = {
    cluster: cluster.name,
    hosts: hostsOf(mesh.plan, cluster, exported),
    exported: exported.hosts,
    asked: snisAskedOf(mesh.plan, cluster.name),
    runsAll: isAlone(mesh.plan, cluster),
  };
  const { detail, ...outcome } = judgeExport(serverNames(listener.answer), clusters.answer, expected);
  return { ...outcome, detail: detail + listener.remark + clusters.remark };
}

/** Compares what a gateway leads to with the plan. @param page - its page `clusters` */
export function judgeExport(
  names: readonly string[],
  page: string,
  { cluster, hosts, exported, asked, runsAll }: ExpectedExport,
): Outcome {
  const strays = names.filter((name) => !hosts.some((pattern) => covers(pattern, hostOfSni(name))));
  const isLed = (host: string) => names.some((name) => hostOfSni(name) === host);
  const missing = [
    ...exported.filter((host) => !isLed(host)),
    ...asked.filter((sni) => isLed(hostOfSni(sni)) && !names.includes(sni)),
  ];
  const offered = exported.filter((host) => runsAll && !asked.some((sni) => hostOfSni(sni) === host));
  const needed = [
    ...asked.filter((sni) => names.includes(sni)).map((sni) => [sni]),
    ...offered.filter(isLed).map((host) => names.filter((name) => hostOfSni(name) === host)),
  ];
  const dead = needed.filter((snis) => !snis.some((sni) => isServed(page, sni)));
  const faults = [
    strays.length === 0
      ? ""
      : `leads to ${shortened(strays)}, which nobody is to reach from elsewhere: take it out of the Gateways of ${ISTIO_NAMESPACE} ` +
        "there, or put its host into the plan",
    missing.length === 0
      ? ""
      : `does not lead to ${shortened(missing)}: check that the Service is there with that port, and run pulumi up --refresh for the Gateway`,
    dead.length === 0
      ? ""
      : `has no healthy endpoint behind ${shortened(dead.map((snis) => told(page, snis)))}: check that pods with a sidecar are ready behind that Service`,
  ].filter((fault) => fault !== "");
  if (faults.length > 0) return failed(`the gateway of ${cluster} ${faults.join("; it ")}`);
  return ok(`leads to ${names.length} server names, with a healthy endpoint behind what is imported`);
}

function isServed(page: string, sni: string): boolean {
  return endpointsOf(page, sni).some(({ health }) => health === "healthy");
}

function told(page: string, snis: readonly string[]): string {
  const states = snis
    .flatMap((sni) => endpointsOf(page, sni))
    .map(({ address, health }) => `${address} ${health}`);
  return `${snis.join(", ")} (${states.join(", ") || "none at all"})`;
}

/** Host of a server name of Istio's, of a subset or not; the name itself where it is another one's. */
function hostOfSni(name: string): string {
  return /^outbound_\.\d+_\.[^_]*_\.(.+)$/.exec(name)?.[1] ?? name;
}
