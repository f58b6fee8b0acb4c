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

/** A service that other clusters call. */
export const exportedService = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  ports: z.array(z.strictObject({ name: z.string().min(1), port: z.number().int().min(1).max(65535) })),
  clusters: z.array(z.string()),
  headless: z.boolean().optional(),
  injected: z.boolean().optional(),
});
