import { z } from "zod";
import type {
  IdentitySpec,
  SpireExistingSpec,
  SpireImagesSpec,
  SpireSpec,
  SpireUpstreamSpec,
} from "../../components/spec/types";
import { ordinal } from "./schema-ca";
import { toleration } from "./schema-kubernetes";

/** The shape of what a mesh says of its workloads' identities. */

const text = z.string().min(1).optional();

const upstream = z.strictObject({
  issuer: text,
  kind: text,
  group: text,
  secret: text,
  rootEpoch: ordinal.optional(),
} satisfies Readonly<Record<keyof SpireUpstreamSpec, z.ZodType>>);

const images = z.strictObject({
  server: text,
  agent: text,
  controllerManager: text,
  csiDriver: text,
  nodeDriverRegistrar: text,
} satisfies Readonly<Record<keyof SpireImagesSpec, z.ZodType>>);

const existing = z.strictObject({
  className: text,
  socketFile: text,
} satisfies Readonly<Record<keyof SpireExistingSpec, z.ZodType>>);

const spire = z.strictObject({
  existing: existing.optional(),
  upstream: upstream.optional(),
  caTtl: text,
  svidTtl: text,
  refreshHint: text,
  storage: z.strictObject({ size: text, className: text }).optional(),
  tolerations: z.array(toleration).optional(),
  images: images.optional(),
} satisfies Readonly<Record<keyof SpireSpec, z.ZodType>>);

export const identity = z.strictObject({
  provider: z.enum(["istiod", "spire"]).optional(),
  spire: spire.optional(),
  federation: z.array(z.array(z.string())).optional(),
  migration: z.enum(["trust", "issue"]).optional(),
  verified: z.enum(["trust", "issue"]).optional(),
  abandonPods: z.boolean().optional(),
} satisfies Readonly<Record<keyof IdentitySpec, z.ZodType>>);
