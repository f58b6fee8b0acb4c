import { SPIRE_TEMPLATE } from "../names";
import { aliasArguments } from "../spec/clusters/aliases";
import { REMOTE_CREDENTIALS } from "../spec/istio/env";
import { mergeValues } from "../spec/settings";
import type { HelmValues, IstiodSpec } from "../spec/types";
import { STABLE_WEBHOOK_VALUES } from "./base";

/** What the istiod chart has to know of its cluster and mesh. */
export interface IstiodValuesInput extends IstiodSpec {
  readonly clusterName: string;
  readonly network: string;
  readonly meshId: string;
  readonly trustDomain: string;
  /** Other trust domains whose certificates its proxies accept. @default [] */
  readonly foreignTrustDomains?: readonly string[] | undefined;
  readonly hub?: string | undefined;
  readonly tag?: string | undefined;
  readonly imagePullSecrets: readonly string[];
  /** Where proxies get their certificates from in place of istiod. @default - istiod issues them */
  readonly workloadSocket?: WorkloadSocket | undefined;
  /** Lifetime of proxies' certificates in minutes. @default - Istio's */
  readonly certificateTtlMinutes?: number | undefined;
  /** Whether it also serves remotes. @default false */
  readonly servesRemotes?: boolean | undefined;
  /** Name by which the API servers of its remotes call it. @default - none */
  readonly webhookHostName?: string | undefined;
  /** Hosts that are reached within their cluster only. @default [] */
  readonly clusterLocal?: readonly string[] | undefined;
  /** Whether proxies answer their pods' DNS queries. @default false */
  readonly dnsCapture?: boolean | undefined;
  /** Present names of renamed clusters by their former ones. @default {} */
  readonly clusterAliases?: Readonly<Record<string, string>> | undefined;
}

/**
 * Values of the istiod chart for a primary.
 *
 * `ISTIO_MULTIROOT_MESH` and `PROXY_CONFIG_XDS_AGENT` are on from the first day: the root of a mesh that was
 * started without them cannot be rotated while it runs.
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
 */
export function istiodValues(input: IstiodValuesInput): HelmValues {
  const values = {
    ...STABLE_WEBHOOK_VALUES,
    global: {
      meshID: input.meshId,
      multiCluster: { clusterName: input.clusterName },
      network: input.network,
      imagePullSecrets: [...input.imagePullSecrets],
      enableReaderRBAC: false,
      ...(input.servesRemotes ? { externalIstiod: true } : {}),
      ...(input.hub === undefined ? {} : { hub: input.hub }),
      ...(input.tag === undefined ? {} : { tag: input.tag }),
    },
    meshConfig: {
      trustDomain: input.trustDomain,
      ...accepting(input),
      accessLogFile: "/dev/stdout",
      defaultConfig: {
        proxyMetadata: {
          PROXY_CONFIG_XDS_AGENT: "true",
          ...(input.workloadSocket ? { WORKLOAD_IDENTITY_SOCKET_FILE: input.workloadSocket.file } : {}),
          ...lifetime("SECRET_TTL", input),
          ...(input.dnsCapture ? { ISTIO_META_DNS_CAPTURE: "true" } : {}),
        },
      },
      ...(input.clusterLocal?.length
        ? { serviceSettings: [{ settings: { clusterLocal: true }, hosts: [...input.clusterLocal] }] }
        : {}),
    },
    env: {
      ISTIO_MULTIROOT_MESH: "true",
      ...lifetime("DEFAULT_WORKLOAD_CERT_TTL", input),
      // Into its certificate, beside the names that it has in its own cluster.
      ...(input.webhookHostName === undefined ? {} : { ISTIOD_CUSTOM_HOST: input.webhookHostName }),
      ...(input.remoteCredentials === false ? { [REMOTE_CREDENTIALS]: "false" } : {}),
    },
    ...(input.workloadSocket ? { sidecarInjectorWebhook: injection(input.workloadSocket) } : {}),
    ...argumentsOf(input),
    ...(input.replicas === undefined ? {} : { autoscaleEnabled: false, replicaCount: input.replicas }),
    ...(input.resources === undefined ? {} : { resources: input.resources }),
    ...(input.tolerations === undefined ? {} : { tolerations: input.tolerations }),
  };
  return mergeValues(values, input.values ?? {});
}

/**
 * Not `trustDomainAliases`, which would let a workload of another trust domain pass policies that name one of this with
 * the same namespace and account. The roots themselves are in `cacerts`.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-CertificateData
 */
function accepting({ foreignTrustDomains: domains = [] }: IstiodValuesInput) {
  return domains.length === 0 ? {} : { caCertificates: [{ trustDomains: [...domains] }] };
}

/** A socket by which something else than istiod gives proxies their certificates. */
export interface WorkloadSocket {
  /** Name of the socket, other than Istio's default `socket`: without that a proxy would ask istiod instead. */
  readonly file: string;
  /** The CSI driver that brings its folder into pods. */
  readonly csiDriver: string;
}

/**
 * A template beside Istio's own, which mount a volume of this name into the proxy already, wherever in the pod that is.
 * @see https://istio.io/latest/docs/ops/integrations/spire/
 */
function injection({ csiDriver }: WorkloadSocket): HelmValues {
  return {
    templates: {
      [SPIRE_TEMPLATE]: `spec:
  volumes:
  - name: workload-socket
    csi:
      driver: ${csiDriver}
      readOnly: true
`,
    },
    defaultTemplates: ["sidecar", SPIRE_TEMPLATE],
  };
}

/** Agents ask for the lifetime; istiod's own default serves whoever asks for none. */
function lifetime(name: string, { certificateTtlMinutes: minutes }: IstiodValuesInput) {
  return minutes === undefined ? {} : { [name]: `${minutes}m` };
}

function argumentsOf({ clusterAliases = {} }: IstiodValuesInput) {
  const extraContainerArgs = aliasArguments(clusterAliases);
  return extraContainerArgs.length === 0 ? {} : { extraContainerArgs };
}
