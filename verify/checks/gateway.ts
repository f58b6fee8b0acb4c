import { isIPv6 } from "node:net";
import type { V1Service } from "@kubernetes/client-node";
import {
  AUTO_PASSTHROUGH_PORT,
  EAST_WEST_GATEWAY,
  ISTIO_NAMESPACE,
  STATUS_PORT,
} from "../../components/internal/names";
import type { LinkPlan, MeshPlan } from "../../components/topology/types";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainer, hasClient, sampleAppsOf } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";

const PORTS = [STATUS_PORT, AUTO_PASSTHROUGH_PORT];
const WHERE = `Service ${ISTIO_NAMESPACE}/${EAST_WEST_GATEWAY}`;

/** Each east-west gateway has an address and opens two ports only, and answers clients of other networks. */
export function gateway(plan: MeshPlan): Probe[] {
  const gateways = new Set(plan.clusters.filter((cluster) => cluster.gateway).map(({ name }) => name));
  const services = [...gateways].map((name): Probe => ({
    check: "gateway",
    cluster: name,
    run: (mesh) => checkService(mesh, name),
  }));
  const ways = plan.links
    .filter((link) => link.crossNetwork && gateways.has(link.observed))
    .map((link): Probe => ({
      check: "gateway",
      cluster: link.observer,
      peer: link.observed,
      run: (mesh) => checkWay(mesh, link),
    }));
  return [...services, ...ways];
}

async function checkService(mesh: MeshReader, name: string): Promise<Outcome> {
  const service = await mesh.cluster(name).service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY);
  if (service === undefined) return failed(`${WHERE} of ${name} does not exist; run pulumi up`);
  const addresses = gatewayAddresses(service);
  if (addresses.length === 0) return failed(noAddress(name));
  const ports = (service.spec?.ports ?? []).map(({ port }) => port).sort((a, b) => a - b);
  if (ports.join() !== PORTS.join()) {
    return failed(
      `${WHERE} of ${name} opens ports ${ports.join(", ")} instead of ${PORTS.join(", ")}; ` +
        "take the others out of the gateway's values (service.ports), then pulumi up --refresh",
    );
  }
  return ok(addresses.join(", "));
}

async function checkWay(mesh: MeshReader, { observer, observed }: LinkPlan): Promise<Outcome> {
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
