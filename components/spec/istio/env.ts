import type { IstiodSpec } from "../types";

/** A variable of istiod's environment that the chart's values set, under either of their names. */
export function env({ values = {} }: IstiodSpec, name: string): string | undefined {
  const { env: own, pilot } = values as { env?: Env; pilot?: { env?: Env } };
  const value = own?.[name] ?? pilot?.env?.[name];
  return value === undefined ? undefined : String(value);
}

type Env = Record<string, string | boolean>;

/** Whether an istiod reads the Secrets of the clusters that it observes. */
export function readsCredentials(istiod: IstiodSpec): boolean {
  const setting = env(istiod, REMOTE_CREDENTIALS);
  return setting === undefined ? (istiod.remoteCredentials ?? true) : setting !== "false";
}

/** Istiod's switch for {@link readsCredentials}. */
export const REMOTE_CREDENTIALS = "PILOT_ENABLE_REMOTE_CREDENTIALS_CONTROLLER";
