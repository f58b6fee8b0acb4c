import { AUTO_PASSTHROUGH_PORT } from "../components/names";

/** How a proxy speaks with whoever is behind one of its clusters. */
export interface EnvoyTls {
  /** Server name that it asks for; none without TLS. */
  readonly sni?: string | undefined;
  /** Who may answer; empty for anybody under a trusted root. */
  readonly subjectAltNames: readonly string[];
}

/** Envoy's admin page with the listener through which a gateway passes services on. */
export const PASSTHROUGH_PAGE = `config_dump?resource=dynamic_listeners&name_regex=.*_${AUTO_PASSTHROUGH_PORT}`;

/** Envoy's admin page with how it speaks with hosts, and nothing else of its clusters. */
export function tlsPage(hosts: readonly string[]): string {
  const names = `outbound\\|.*\\|(${hosts.map((host) => host.replaceAll(".", "\\.")).join("|")})`;
  const mask = "cluster.name,cluster.transport_socket,cluster.transport_socket_matches";
  return `config_dump?resource=dynamic_active_clusters&mask=${mask}&name_regex=${encodeURIComponent(names)}`;
}

/** Name of the Envoy cluster through which clients call a port of a host. */
export function outboundCluster(host: string, port: number): string {
  return `outbound|${port}||${host}`;
}

interface Listener {
  readonly filter_chains?: readonly {
    readonly filter_chain_match?: { readonly server_names?: readonly string[] };
  }[];
}

/**
 * The server names that a gateway leads on.
 *
 * @param page - {@link PASSTHROUGH_PAGE}
 * @see https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--config_dump
 */
export function serverNames(page: string): string[] {
  const { configs = [] } = JSON.parse(page) as {
    configs?: readonly { readonly active_state?: { readonly listener?: Listener } }[];
  };
  const chains = configs.flatMap(({ active_state: active }) => active?.listener?.filter_chains ?? []);
  const names = chains.flatMap(({ filter_chain_match: match }) => match?.server_names ?? []);
  return [...new Set(names)].sort();
}

interface StringMatch {
  readonly exact?: string;
}

interface TransportSocket {
  readonly typed_config?: {
    readonly sni?: string;
    readonly common_tls_context?: {
      readonly combined_validation_context?: {
        readonly default_validation_context?: {
          readonly match_subject_alt_names?: readonly StringMatch[];
          readonly match_typed_subject_alt_names?: readonly { readonly matcher?: StringMatch }[];
        };
      };
    };
  };
}

interface Cluster {
  readonly name?: string;
  readonly transport_socket?: TransportSocket;
  /** Where Istio itself found out that the other side speaks mutual TLS. */
  readonly transport_socket_matches?: readonly {
    readonly name?: string;
    readonly transport_socket?: TransportSocket;
  }[];
}

/** How a proxy speaks with each of its clusters, by the cluster's name. @param page - a {@link tlsPage} */
export function tlsByCluster(page: string): Map<string, EnvoyTls> {
  const { configs = [] } = JSON.parse(page) as { configs?: readonly { readonly cluster?: Cluster }[] };
  return new Map(
    configs.map(({ cluster = {} }) => {
      const matched = cluster.transport_socket_matches?.find(({ name }) => name === "tlsMode-istio");
      return [cluster.name ?? "", tlsOf(cluster.transport_socket ?? matched?.transport_socket)] as const;
    }),
  );
}

function tlsOf(socket: TransportSocket | undefined): EnvoyTls {
  const context = socket?.typed_config?.common_tls_context?.combined_validation_context;
  const { match_subject_alt_names: names = [], match_typed_subject_alt_names: typed = [] } =
    context?.default_validation_context ?? {};
  const matches = [...names, ...typed.map(({ matcher }) => matcher)];
  return {
    sni: socket?.typed_config?.sni,
    subjectAltNames: matches.flatMap((match) => match?.exact ?? []).sort(),
  };
}
