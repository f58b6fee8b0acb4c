import { z } from "zod";

/** The shape of what a mesh says of services: which are exported, and how clients choose among their endpoints. */

const duration = z.string().regex(/^(\d+(\.\d+)?(h|ms|m|s))+$/, "is not a duration such as 30s");

/** Locality failover of a host. */
export const localityFailover = z.strictObject({
  failoverPriority: z.array(z.string().min(1)).optional(),
  failover: z.array(z.strictObject({ from: z.string(), to: z.string() })).optional(),
  distribute: z
    .array(z.strictObject({ from: z.string().min(1), to: z.record(z.string(), z.number()) }))
    .optional(),
  outlierDetection: z
    .strictObject({
      consecutiveGatewayErrors: z.number().int().min(0).optional(),
      consecutive5xxErrors: z.number().int().min(0).optional(),
      interval: duration.optional(),
      baseEjectionTime: duration.optional(),
      maxEjectionPercent: z.number().int().min(1).max(100).optional(),
    })
    .optional(),
});

const portNumber = z.number().int().min(1).max(65535);

const port = z.strictObject({ name: z.string().min(1), port: portNumber });

const labels = z.record(z.string().min(1), z.string());

/** A service that other clusters call. */
export const exportedService = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  ports: z.array(port.extend({ targetPort: portNumber.optional() })),
  clusters: z.array(z.string()),
  headless: z.boolean().optional(),
  injected: z.boolean().optional(),
  labels: labels.optional(),
  serviceAccounts: z.array(z.string().min(1)).optional(),
  selector: labels.optional(),
  exported: z.boolean().optional(),
});

/** Services that clusters import. */
export const serviceImport = z.strictObject({
  services: z.strictObject({
    name: z.string().optional(),
    matchLabels: labels.optional(),
    namespaces: z.array(z.string()).optional(),
    clusters: z.array(z.string()).optional(),
  }),
  into: z.array(z.string()).optional(),
  host: z.string().min(1).optional(),
  namespaces: z.array(z.string()).optional(),
  ports: z.array(port).optional(),
  failover: localityFailover.optional(),
  anyIdentity: z.boolean().optional(),
});

/** A cluster of another stack that exports services. */
export const exporter = z.strictObject({
  name: z.string(),
  addresses: z.array(z.string().min(1)).optional(),
  from: z
    .strictObject({
      stackReference: z.string().min(1),
      output: z.string().min(1).optional(),
      cluster: z.string().min(1).optional(),
    })
    .optional(),
  addressType: z.enum(["ip", "hostname"]).optional(),
  region: z.string().min(1).optional(),
  trustDomain: z.string().optional(),
});

/** What a cluster opens to clients outside of the mesh. */
export const ingress = z.strictObject({
  routes: z.array(
    z.strictObject({
      host: z.string().min(1).optional(),
      prefix: z.string().min(1).optional(),
      service: z.string().min(1),
      port: z.number().int().min(1).max(65535),
    }),
  ),
  credentialName: z.string().min(1).optional(),
  replicas: z.number().int().min(1).optional(),
  serviceAnnotations: z.record(z.string(), z.string()).optional(),
  sourceRanges: z.array(z.string()).optional(),
  values: z.record(z.string(), z.unknown()).optional(),
});
