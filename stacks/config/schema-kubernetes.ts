import { z } from "zod";
import type { ResourceRequirements, Toleration } from "../../components/spec/types";

/** The shape of what is Kubernetes' own. */

export const resources = z.strictObject({
  requests: z.record(z.string(), z.string()).optional(),
  limits: z.record(z.string(), z.string()).optional(),
} satisfies Readonly<Record<keyof ResourceRequirements, z.ZodType>>);

export const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
  tolerationSeconds: z.number().int().optional(),
} satisfies Readonly<Record<keyof Toleration, z.ZodType>>);
