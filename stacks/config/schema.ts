import { z } from "zod";
import { exportedService, localityFailover } from "./schema-services";

/** The shape of `istio-multicluster:mesh`. What it means is checked by `validateMesh`. */

const helmValues = z.record(z.string(), z.unknown());

const resources = z.strictObject({
  requests: z.record(z.string(), z.string()).optional(),
  limits: z.record(z.string(), z.string()).optional(),
});

const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
  tolerationSeconds: z.number().int().optional(),
});

const workload = {
  replicas: z.number().int().min(1).optional(),
  resources: resources.optional(),
  tolerations: z.array(toleration).optional(),
  values: helmValues.optional(),
};

const istio = z.strictObject({
  version: z.string().optional(),
  charts: z
    .strictObject({
      repository: z.url({ protocol: /^https?$/, error: "must be an http(s):// address" }).optional(),
      oci: z.string().startsWith("oci://").optional(),
      folder: z.string().min(1).optional(),
    })
    .optional(),
  hub: z.string().min(1).optional(),
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

const algorithm = z.enum(["ECDSA-P256", "ECDSA-P384", "RSA-4096"]);

const pem = z.string().regex(/-----BEGIN CERTIFICATE-----/, "must be PEM text");

const providedCa = z.strictObject({
  rootCertificate: pem,
  intermediates: z.record(
    z.string(),
    z.strictObject({
      certificate: pem,
      chain: pem.optional(),
      privateKeySecret: z.string().min(1).optional(),
    }),
  ),
  signingRequests: z.record(z.string(), z.number().int().min(1)).optional(),
  crl: z
    .string()
    .regex(/-----BEGIN X509 CRL-----/, "must be PEM text")
    .optional(),
});

const rootPhase = z.enum(["stable", "trust-both", "sign-new", "drop-old"]);

/** Counts how often something was renewed. */
const ordinal = z.number().int().min(1);

const context = z.string().min(1).optional();

/** How the program itself reaches a cluster's API. */
const access = z.union(
  [
    z.strictObject({ kubeconfigFile: z.string().min(1), context }),
    z.strictObject({ kubeconfigSecret: z.string().min(1), context }),
    z.strictObject({ stackReference: z.string().min(1), output: z.string().min(1), context }),
  ],
  {
    error:
      "must be one of { kubeconfigFile, context? }, { kubeconfigSecret: <name of a secret config value>, context? } and { stackReference, output, context? }",
  },
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
  access,
  identity: z.string().min(1).optional(),
  apiServer: z.url({ protocol: /^https$/, error: "must be an https:// address" }).optional(),
  tlsServerName: z.string().min(1).optional(),
  caBundle: pem.optional(),
  adopt: z.array(z.enum(["namespace", "crds", "cacerts", "istiod"])).optional(),
  rootCertificate: pem.optional(),
  istio: istio.optional(),
  podCidrs: z.array(z.string()).optional(),
  serviceCidrs: z.array(z.string()).optional(),
  base: base.optional(),
  istiod: istiod.optional(),
  gateway: gateway.optional(),
  caEpoch: ordinal.optional(),
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
  ca: z
    .strictObject({
      rootAlgorithm: algorithm.optional(),
      rootValidityDays: z.number().int().min(1).optional(),
      intermediateAlgorithm: algorithm.optional(),
      intermediateValidityDays: z.number().int().min(1).optional(),
      organization: z.string().min(1).optional(),
      protectRoot: z.boolean().optional(),
      trustBundle: z.array(pem).optional(),
      intermediateEpoch: ordinal.optional(),
      expiryWarningDays: z.number().int().min(0).optional(),
      provided: providedCa.optional(),
      root: z
        .strictObject({
          generation: ordinal.optional(),
          phase: rootPhase.optional(),
          verified: rootPhase.optional(),
        })
        .optional(),
      issuer: z
        .strictObject({
          name: z.string().min(1),
          kind: z.string().min(1).optional(),
          group: z.string().min(1).optional(),
          cluster: z.string().optional(),
          namespace: z.string().min(1).optional(),
          renewBeforeDays: z.number().int().min(1).optional(),
        })
        .optional(),
    })
    .optional(),
  workloadCertificates: z.strictObject({ ttlMinutes: z.number().int().min(1).optional() }).optional(),
  base: base.optional(),
  istiod: istiod.optional(),
  gateway: gateway.optional(),
  loopbackIsShared: z.boolean().optional(),
  clusters: z.array(cluster),
  links: z.array(z.strictObject({ observer: z.string(), observed: z.string() })).optional(),
  hubs: z.array(z.string()).optional(),
  groups: z.array(z.array(z.string())).optional(),
  services: z.array(exportedService).optional(),
  serviceStubs: z.boolean().optional(),
  stubNamespaces: z.boolean().optional(),
  dnsCapture: z.boolean().optional(),
  clusterLocal: z.array(z.string()).optional(),
  readerTokenEpoch: epoch,
  istioctlAnalyze: z.boolean().optional(),
  sampleApps: z
    .strictObject({
      namespace: z.string().optional(),
      helloworld: z.record(z.string(), z.array(z.string())),
      clients: z.array(z.string()).optional(),
      failover: localityFailover.optional(),
    })
    .optional(),
});

/** A config value of the right shape. */
export type MeshConfig = z.infer<typeof meshConfigSchema>;

/** A cluster of it. */
export type ClusterConfig = MeshConfig["clusters"][number];
