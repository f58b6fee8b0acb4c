import { z } from "zod";
import { ca, ordinal, pem } from "./schema-ca";
import { identity } from "./schema-identity";
import { resources, toleration } from "./schema-kubernetes";
import { exportedService, exporter, ingress, localityFailover, serviceImport } from "./schema-services";

/** The shape of `istio-multicluster:mesh`. What it means is checked by `validateMesh`. */

const helmValues = z.record(z.string(), z.unknown());

const workload = {
  replicas: z.number().int().min(1).optional(),
  resources: resources.optional(),
  tolerations: z.array(toleration).optional(),
  values: helmValues.optional(),
};

/** What stands before the names of images. */
const registry = z
  .string()
  .regex(/^[^/\s]+(\/[^/\s]+)*$/, "must be a registry without https:// and without a / at its end");

const istio = z.strictObject({
  version: z.string().optional(),
  charts: z
    .strictObject({
      repository: z.url({ protocol: /^https?$/, error: "must be an http(s):// address" }).optional(),
      oci: z.string().startsWith("oci://").optional(),
      folder: z.string().min(1).optional(),
    })
    .optional(),
  hub: registry.optional(),
  tag: z.string().min(1).optional(),
  imagePullSecrets: z.array(z.string().min(1)).optional(),
  imagePullCredentials: z.record(z.string(), z.string().min(1)).optional(),
});

const base = z.strictObject({ values: helmValues.optional() });

const istiod = z.strictObject({ ...workload, remoteCredentials: z.boolean().optional() });

const epoch = z.number().int().min(1).optional();

const gateway = z.strictObject({
  ...workload,
  enabled: z.boolean().optional(),
  minReplicas: z.number().int().min(1).optional(),
  maxReplicas: z.number().int().min(1).optional(),
  minAvailable: z
    .union([z.number().int().min(0), z.string().regex(/^\d+%$/, "is neither a count nor a percentage")])
    .optional(),
  hosts: z.array(z.string().min(1)).optional(),
  addressType: z.enum(["ip", "hostname"]).optional(),
  serviceAnnotations: z.record(z.string(), z.string()).optional(),
  sourceRanges: z.array(z.string()).optional(),
  internal: z.boolean().optional(),
  idleTimeoutSeconds: z.number().optional(),
  addressPool: z.string().min(1).optional(),
});

const context = z
  .string()
  .min(1)
  .describe("Context of the kubeconfig to use. @default - its current one")
  .optional();

const kubeconfigFile = z
  .string()
  .min(1)
  .describe(
    "Path of one kubeconfig file, relative to the project; a leading `~` is the user's home. KUBECONFIG is not looked at: of its files name the one that has the context.",
  );

const kubeconfigSecret = z
  .string()
  .min(1)
  .describe(
    "Name of a secret config value that holds a kubeconfig: `pulumi config set --secret NAME < FILE`.",
  );

const stackReference = z
  .string()
  .min(1)
  .describe("Another stack, one of whose outputs is a kubeconfig: `organization/project/stack`.");

const output = z.string().min(1).describe("Name of that output, with `stackReference`.");

const access = z
  .union(
    [
      z.strictObject({ kubeconfigFile, context }),
      z.strictObject({ kubeconfigSecret, context }),
      z.strictObject({ stackReference, output, context }),
    ],
    {
      error:
        "must be one of { kubeconfigFile, context? }, { kubeconfigSecret: <name of a secret config value>, context? } and { stackReference, output, context? }",
    },
  )
  .describe(
    "How Pulumi reaches the cluster: by `kubeconfigFile`, by `kubeconfigSecret`, or by `stackReference` with `output`. " +
      "Other clusters get only the server, the inline CA and the TLS server name of the kubeconfig.",
  );

const externalControlPlane = z.strictObject({
  host: z.string(),
  publicEndpoint: z
    .strictObject({
      hostName: z.string(),
      certificateSecret: z.string().min(1).optional(),
      certificate: pem.optional(),
      privateKeyConfig: z.string().min(1).optional(),
    })
    .optional(),
});

const cluster = z.strictObject({
  name: z.string(),
  formerName: z.string().optional(),
  network: z.string(),
  controlPlanes: z.array(z.string()).optional(),
  externalControlPlane: externalControlPlane.optional(),
  platform: z.enum(["eks", "gke", "aks", "openshift", "on-premises", "kind"]).optional(),
  webhookHostName: z.string().min(1).optional(),
  istioCni: z.boolean().optional(),
  access,
  identity: z
    .string()
    .min(1)
    .describe(
      "What tells the cluster from another one that takes its place under the same name: an ARN, a UID. A later change makes everything of the cluster anew; see docs/runbooks/rename-and-replace.md. @default - the UID of its namespace istio-system, which is only compared",
    )
    .optional(),
  apiServer: z
    .url({ protocol: /^https$/, error: "must be an https:// address" })
    .describe(
      "https:// address under which the istiods of other clusters reach its API. @default - the kubeconfig's server",
    )
    .optional(),
  tlsServerName: z
    .string()
    .min(1)
    .describe(
      "Name that the API's certificate is checked for. @default - the kubeconfig's, or the host of the address",
    )
    .optional(),
  caBundle: pem
    .describe(
      "CA of the API's certificate, PEM: needed where the kubeconfig has none inline. @default - the kubeconfig's inline CA",
    )
    .optional(),
  adopt: z.array(z.enum(["namespace", "crds", "cacerts", "istiod"])).optional(),
  trustDomain: z.string().optional(),
  rootCertificate: pem.optional(),
  istio: istio.optional(),
  podCidrs: z.array(z.string()).optional(),
  serviceCidrs: z.array(z.string()).optional(),
  base: base.optional(),
  istiod: istiod.optional(),
  gateway: gateway.optional(),
  ingress: ingress.optional(),
  gatewayAddresses: z.array(z.string().min(1)).optional(),
  region: z.string().min(1).optional(),
  intermediateEpoch: ordinal.optional(),
  caEpoch: ordinal.optional(),
  intermediateValidityDays: z.number().int().min(1).optional(),
  caValidityDays: z.number().int().min(1).optional(),
  whenUnreachable: z.enum(["fail", "skip", "forget"]).optional(),
  readerTokenEpoch: epoch,
  istioctlAnalyze: z.boolean().optional(),
  leaving: z.boolean().optional(),
});

/** Schema of the whole config value. */
export const meshConfigSchema = z.strictObject({
  meshId: z.string().optional(),
  trustDomain: z.string().optional(),
  mtls: z.enum(["STRICT", "PERMISSIVE"]).optional(),
  istio: istio.optional(),
  ca: ca.optional(),
  workloadCertificates: z.strictObject({ ttlMinutes: z.number().int().min(1).optional() }).optional(),
  identity: identity.optional(),
  base: base.optional(),
  istiod: istiod.optional(),
  gateway: gateway.optional(),
  loopbackIsShared: z
    .boolean()
    .describe(
      "Whether all control planes share one host's network, so that a loopback address of an API will do. @default false",
    )
    .optional(),
  clusters: z.array(cluster),
  links: z
    .array(
      z.strictObject({
        observer: z.string(),
        observed: z.string(),
        kind: z.enum(["discovery", "import"]).optional(),
        migrating: z.boolean().optional(),
      }),
    )
    .optional(),
  hubs: z.array(z.string()).optional(),
  groups: z.array(z.array(z.string())).optional(),
  services: z.array(exportedService).optional(),
  imports: z.array(serviceImport).optional(),
  exporters: z.array(exporter).optional(),
  serviceStubs: z.boolean().optional(),
  stubNamespaces: z.boolean().optional(),
  dnsCapture: z.boolean().optional(),
  clusterLocal: z.array(z.string()).optional(),
  remoteSecrets: z
    .strictObject({ per: z.enum(["link", "observer"]).optional(), migrating: z.boolean().optional() })
    .optional(),
  readerTokenEpoch: epoch,
  istioctlAnalyze: z.boolean().optional(),
  sampleApps: z
    .strictObject({
      namespace: z.string().optional(),
      helloworld: z.record(z.string(), z.array(z.string())),
      bookinfo: z.record(z.string(), z.array(z.string())).optional(),
      clients: z.array(z.string()).optional(),
      registry: registry.optional(),
      failover: localityFailover.optional(),
    })
    .optional(),
});

/** A config value of the right shape. */
export type MeshConfig = z.infer<typeof meshConfigSchema>;

/** A cluster of it. */
export type ClusterConfig = MeshConfig["clusters"][number];
