import { DISCOVERY_PORT } from "../names";
import { mergeValues } from "../spec/settings";
import type { HelmValues } from "../spec/types";
import { istiodValues, type IstiodValuesInput } from "./istiod";

/** What the istiod chart has to know of an istiod that runs outside of the cluster whose control plane it is. */
export interface ExternalIstiodValuesInput extends IstiodValuesInput {
  /** Public name of istiod, if it has one besides its in-cluster name. */
  readonly publicHostName?: string | undefined;
  /** Secret of the host with the certificate for that name. */
  readonly certificateSecret?: string | undefined;
}

/**
 * Values of the istiod chart for the host of an external control plane.
 *
 * Without a public name istiod keeps the webhooks' CA bundles in the config cluster, since their CA is the mesh's own;
 * with one the API server verifies it by the system's roots, and no bundle may stand in the way.
 *
 * @see https://istio.io/latest/docs/setup/install/external-controlplane/
 */
export function externalIstiodValues(input: ExternalIstiodValuesInput): HelmValues {
  const { values, ...settings } = input;
  const external = mergeValues(istiodValues(settings), HOSTED);
  const named =
    input.publicHostName === undefined
      ? external
      : mergeValues(external, publicName(input.publicHostName, input.certificateSecret, external));
  return mergeValues(named, values ?? {});
}

/** Of the host itself this istiod reads the Secrets of its namespace only, so it gets no cluster-wide object there. */
const HOSTED = {
  global: {
    externalIstiod: true,
    resourceScope: "namespace",
    operatorManageWebhooks: true,
    configValidation: false,
  },
  env: { LOCAL_CLUSTER_SECRET_WATCHER: "true", SHARED_MESH_CONFIG: "istio" },
  // Its own mesh configuration and injection template: by default it would look for them in the config cluster.
  volumes: [
    { name: "config-volume", configMap: { name: "istio" } },
    { name: "inject-volume", configMap: { name: "istio-sidecar-injector" } },
  ],
  volumeMounts: [
    { name: "config-volume", mountPath: "/etc/istio/config" },
    { name: "inject-volume", mountPath: "/var/lib/istio/inject" },
  ],
};

const PUBLIC_CERTIFICATE = "/etc/istiod-public-certificate";
const SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt";

function publicName(hostName: string, secretName: string | undefined, values: HelmValues): HelmValues {
  const address = `${hostName}:${DISCOVERY_PORT}`;
  return {
    global: { caAddress: address },
    meshConfig: {
      defaultConfig: {
        discoveryAddress: address,
        proxyMetadata: { XDS_ROOT_CA: SYSTEM_ROOTS, CA_ROOT_CA: SYSTEM_ROOTS },
      },
    },
    env: { INJECTION_WEBHOOK_CONFIG_NAME: "", VALIDATION_WEBHOOK_CONFIG_NAME: "" },
    extraContainerArgs: [
      // A list replaces another one.
      ...((values["extraContainerArgs"] ?? []) as string[]),
      `--tlsCertFile=${PUBLIC_CERTIFICATE}/tls.crt`,
      `--tlsKeyFile=${PUBLIC_CERTIFICATE}/tls.key`,
      // What istiod gives to workloads as the mesh's root.
      "--caCertFile=/etc/cacerts/root-cert.pem",
    ],
    volumes: [...HOSTED.volumes, { name: "public-certificate", secret: { secretName } }],
    volumeMounts: [
      ...HOSTED.volumeMounts,
      { name: "public-certificate", mountPath: PUBLIC_CERTIFICATE, readOnly: true },
    ],
  };
}
