import { isIPv6 } from "node:net";
import type { V1Service } from "@kubernetes/client-node";
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE, STATUS_PORT } from "../../components/names";
import type { ClusterPlan, GatewayPlan, MeshPlan } from "../../components/spec/types";
import { visibleFrom } from "../../components/topology/links";
import { gatewayPorts } from "../../components/topology/ports";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainer, hasClient, sampleAppsOf } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";

const WHERE = `Service ${ISTIO_NAMESPACE}/${EAST_WEST_GATEWAY}`;

/** Each east-west gateway has an address and opens the planned ports only, and answers clients of other networks. */
export function gateway(plan: MeshPlan): Probe[] {
  return plan.clusters.flatMap((cluster) => {
    const { name, gateway: planned } = cluster;
    if (planned === undefined) return [];
    return [
      { check: "gateway", cluster: name, run: (mesh) => checkService(mesh, name, planned) },
      ...clientsOf(cluster, plan).map((client): Probe => ({
        check: "gateway",
        cluster: client,
        peer: name,
        run: (mesh) => checkWay(mesh, client, name),
      })),
    ];
  });
}

/** Clusters on other networks whose proxies reach `cluster`. */
function clientsOf(cluster: ClusterPlan, plan: MeshPlan): string[] {
  if (!cluster.gateway?.exposesServices) return [];
  return plan.clusters
    .filter(({ network }) => network !== cluster.network)
    .filter(({ name }) => visibleFrom(name, plan).includes(cluster.name))
    .map(({ name }) => name);
}

async function checkService(mesh: MeshReader, name: string, planned: GatewayPlan): Promise<Outcome> {
  const service = await mesh.cluster(name).service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY);
  if (service === undefined) return failed(`${WHERE} of ${name} does not exist; run pulumi up`);
  const addresses = gatewayAddresses(service);
  if (addresses.length === 0) return failed(noAddress(name));
  const ports = sorted(service.spec?.ports ?? []);
  const expected = sorted(gatewayPorts(planned));
  if (ports !== expected) {
    return failed(
      `${WHERE} of ${name} opens ports ${ports} instead of ${expected}; ` +
        "take the others out of the gateway's values (service.ports), then pulumi up --refresh",
    );
  }
  return ok(addresses.join(", "));
}

/** Numbers of ports, for comparison and for people. */
export function sorted(ports: readonly { readonly port: number }[]): string {
  return ports
    .map(({ port }) => port)
    .sort((a, b) => a - b)
    .join(", ");
}

async function checkWay(mesh: MeshReader, observer: string, observed: string): Promise<Outcome> {
  const apps = sampleAppsOf(mesh.plan, observer);
  if (apps === undefined || !hasClient(mesh.plan, observer)) {
    return skipped(`${observer} has no curl client to try from`);
  }
  const service = await mesh.cluster(observed).service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY);
  const [address] = service === undefined ? [] : gatewayAddresses(service);
  if (address === undefined) return failed(noAddress(observed));
  const client = await clientContainer(mesh.cluster(observer), apps.namespace, "curl");
  const url = `http://${isIPv6(address) ? `[${address}]` : address}:${STATUS_PORT}/healthz/ready`;
  // curl's own exit code would hide the HTTP status: 000 says that there was no answer.
  const script = 'curl -s -o /dev/null -w "%{http_code}" --max-time 5 "$1" || true';
  const code = (await mesh.cluster(observer).exec(client, ["sh", "-c", script, "sh", url])).trim();
  if (code === "200") return ok(`${address} answers`);
  return failed(
    `the gateway of ${observed} does not answer clients of ${observer} at ${url} (${code === "000" ? "no answer" : `HTTP ${code}`}); ` +
      `check its pods (kubectl get pods -n ${ISTIO_NAMESPACE} -l app=${EAST_WEST_GATEWAY}), firewalls and the load balancer's source ranges`,
  );
}

function noAddress(name: string): string {
  return `${WHERE} of ${name} has no load balancer address; see: kubectl describe service -n ${ISTIO_NAMESPACE} ${EAST_WEST_GATEWAY}`;
}

/** Addresses of a gateway's load balancer, IPs or hostnames. */
export function gatewayAddresses(service: V1Service): string[] {
  return (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
}
