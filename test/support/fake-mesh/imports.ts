import type { V1Pod } from "@kubernetes/client-node";
import { EAST_WEST_GATEWAY, passthroughSni } from "../../../components/names";
import { importedHost } from "../../../components/spec/imports/imported-host";
import type { ImportedPortPlan, MeshPlan, ServiceImportPlan } from "../../../components/spec/types";
import type { FakeCluster } from "./cluster";

/** What clients in a cluster import. */
function importsIn(plan: MeshPlan, { name, plan: { controlPlanes } }: FakeCluster): ServiceImportPlan[] {
  return plan.imports.filter(({ cluster }) => cluster === (controlPlanes[0] ?? name));
}

function asked({ host }: ServiceImportPlan, { port, sni }: ImportedPortPlan): string {
  return sni ?? passthroughSni(host, port);
}

/** Whether a pod is a gateway's. */
export function isGatewayPod(pod: string): boolean {
  return pod.startsWith(EAST_WEST_GATEWAY);
}

/** Server names that the gateway of a cluster leads on because others import them. */
function namesOf(plan: MeshPlan, { name }: FakeCluster): string[] {
  const found = plan.imports.filter(({ endpoints }) => endpoints.some(({ cluster }) => cluster === name));
  return [...new Set(found.flatMap((each) => each.ports.map((port) => asked(each, port))))];
}

/** The listener for services of a gateway, as Envoy has it on `config_dump`. */
export function listenerPage(plan: MeshPlan, cluster: FakeCluster): string {
  const chains = namesOf(plan, cluster).map((name) => ({
    filter_chain_match: { server_names: [name], application_protocols: ["istio", "istio-h2"] },
  }));
  const listener = { name: "0.0.0.0_15443", filter_chains: chains };
  return JSON.stringify({ configs: [{ name: "0.0.0.0_15443", active_state: { listener } }] });
}

/** What a gateway has behind these names, as lines of its page `clusters`: a pod of its cluster each. */
export function gatewayLines(plan: MeshPlan, cluster: FakeCluster): string[] {
  const [pod] = cluster.objects("pods") as V1Pod[];
  return namesOf(plan, cluster).map((name) => `${name}::${pod?.status?.podIP}:5000::health_flags::healthy`);
}

/** What a client has behind what it imports, as lines of its page `clusters`: the gateways of the exporters. */
export function importLines(
  plan: MeshPlan,
  cluster: FakeCluster,
  addressOf: (cluster: string) => string,
  resolve: (address: string) => string,
): string[] {
  return importsIn(plan, cluster).flatMap((imported) =>
    imported.ports.flatMap(({ port }) =>
      imported.endpoints.flatMap(({ cluster: peer, addresses = [addressOf(peer)] }) =>
        addresses.flatMap((address) => {
          const at = `outbound|${port}||${importedHost(imported)}::${resolve(address)}:15443`;
          const hostname = resolve(address) === address ? "" : address;
          return [`${at}::hostname::${hostname}`, `${at}::health_flags::healthy`];
        }),
      ),
    ),
  );
}

/** How a client speaks with what it imports, as Envoy has it on `config_dump`. */
export function tlsPage(plan: MeshPlan, cluster: FakeCluster): string {
  const clusters = importsIn(plan, cluster).flatMap((imported) =>
    imported.ports.map((port) => {
      const names = imported.subjectAltNames.map((exact) => ({ exact }));
      return {
        name: `outbound|${port.port}||${importedHost(imported)}`,
        transport_socket: {
          typed_config: {
            sni: asked(imported, port),
            common_tls_context: {
              combined_validation_context: { default_validation_context: { match_subject_alt_names: names } },
            },
          },
        },
      };
    }),
  );
  return JSON.stringify({ configs: clusters.map((each) => ({ cluster: each })) });
}
