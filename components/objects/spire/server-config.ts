import {
  BUNDLE_ENDPOINT_PORT,
  SPIRE_AGENT,
  SPIRE_BUNDLE,
  SPIRE_BUNDLE_FILE,
  SPIRE_NAMESPACE,
} from "../../names";

/** What a SPIRE server is configured with. */
export interface SpireServerConfig {
  readonly clusterName: string;
  readonly trustDomain: string;
  readonly caTtl: string;
  readonly svidTtl: string;
  readonly refreshHint: string;
  /** Name of its database. */
  readonly database: string;
  /** The cert-manager issuer that signs its CA. @default - the CA in `UPSTREAM_FOLDER` does */
  readonly issuer?: { readonly name: string; readonly kind: string; readonly group: string } | undefined;
}

/** Where the server finds the CA that signs its own: `tls.crt`, `tls.key`, `ca.crt`. */
export const UPSTREAM_FOLDER = "/run/spire/upstream";
/** The server's volume. */
export const DATA_FOLDER = "/run/spire/data";
/** Port of the server for agents. */
export const SERVER_PORT = 8081;
/** Port of the server for probes. */
export const HEALTH_PORT = 8080;

/**
 * The default, which has to be said all the same: SPIRE warns that a later version will not start without it. Nobody starts
 * anew for it.
 */
export const ENDPOINT_PROFILE = `
      profile "https_spiffe" {}`;

const text = (value: string) => JSON.stringify(value);

/** A SPIRE server's configuration. @see https://github.com/spiffe/spire/blob/v1.13.3/doc/spire_server.md */
export function serverConfig(config: SpireServerConfig): string {
  return `server {
  bind_address = "0.0.0.0"
  bind_port = "${SERVER_PORT}"
  trust_domain = ${text(config.trustDomain)}
  data_dir = "${DATA_FOLDER}"
  log_level = "INFO"
  ca_ttl = ${text(config.caTtl)}
  default_x509_svid_ttl = ${text(config.svidTtl)}
  ca_subject {
    organization = ["SPIRE"]
    common_name = ${text(config.trustDomain)}
  }
  federation {
    bundle_endpoint {
      address = "0.0.0.0"
      port = ${BUNDLE_ENDPOINT_PORT}
      refresh_hint = ${text(config.refreshHint)}${ENDPOINT_PROFILE}
    }
  }
}

plugins {
  DataStore "sql" {
    plugin_data {
      database_type = "sqlite3"
      connection_string = ${text(`${DATA_FOLDER}/${config.database}.sqlite3`)}
    }
  }
  KeyManager "disk" {
    plugin_data {
      keys_path = "${DATA_FOLDER}/keys.json"
    }
  }
  NodeAttestor "k8s_psat" {
    plugin_data {
      clusters = {
        ${text(config.clusterName)} = {
          service_account_allow_list = ["${SPIRE_NAMESPACE}:${SPIRE_AGENT}"]
        }
      }
    }
  }
  Notifier "k8sbundle" {
    plugin_data {
      namespace = "${SPIRE_NAMESPACE}"
      config_map = "${SPIRE_BUNDLE}"
      config_map_key = "${SPIRE_BUNDLE_FILE}"
    }
  }
${upstreamAuthority(config)}}

health_checks {
  listener_enabled = true
  bind_address = "0.0.0.0"
  bind_port = "${HEALTH_PORT}"
  live_path = "/live"
  ready_path = "/ready"
}
`;
}

function upstreamAuthority({ issuer }: SpireServerConfig): string {
  if (issuer === undefined) {
    return `  UpstreamAuthority "disk" {
    plugin_data {
      cert_file_path = "${UPSTREAM_FOLDER}/tls.crt"
      key_file_path = "${UPSTREAM_FOLDER}/tls.key"
      bundle_file_path = "${UPSTREAM_FOLDER}/ca.crt"
    }
  }
`;
  }
  return `  UpstreamAuthority "cert-manager" {
    plugin_data {
      issuer_name = ${text(issuer.name)}
      issuer_kind = ${text(issuer.kind)}
      issuer_group = ${text(issuer.group)}
      namespace = "${SPIRE_NAMESPACE}"
    }
  }
`;
}

/**
 * The configuration of the controller manager beside the server, which registers pods as ClusterSPIFFEIDs say; YAML.
 * Of the system's namespaces it registers none.
 * @see https://github.com/spiffe/spire-controller-manager/blob/v0.6.3/docs/spire-controller-manager-config.md
 */
export function managerConfig({ clusterName, trustDomain }: SpireServerConfig): string {
  return JSON.stringify({
    apiVersion: "spire.spiffe.io/v1alpha1",
    kind: "ControllerManagerConfig",
    metrics: { bindAddress: "0" },
    health: { healthProbeBindAddress: "0" },
    leaderElection: { leaderElect: false },
    clusterName,
    clusterDomain: "cluster.local",
    trustDomain,
    ignoreNamespaces: ["^kube-system$", "^kube-public$", `^${SPIRE_NAMESPACE}$`],
  });
}
