import { type Platform, platformValues } from "../topology/platforms";
import type { HelmValues } from "./kubernetes";

/** Settings without those that are undefined, which would hide the defaults they are spread over. */
export function definedOnly<T extends object>(settings: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
}

/** Settings of something that a Helm chart installs. */
interface ChartSettings {
  readonly values?: HelmValues | undefined;
}

/** Settings over the values by which a chart knows its platform. */
export function onPlatform<T extends ChartSettings>(platform: Platform | undefined, settings: T): T {
  return overValues(platformValues(platform) ?? {}, settings);
}

/** Settings over values of ours. */
export function overValues<T extends ChartSettings>(values: HelmValues, settings: T): T {
  return Object.keys(values).length === 0
    ? settings
    : { ...settings, values: mergeValues(values, settings.values ?? {}) };
}

/** A cluster's settings over the mesh's; Helm values of both are kept, the cluster's win key by key. */
export function mergeSettings<T extends ChartSettings>(mesh: T | undefined, cluster: T | undefined): T {
  const merged = { ...mesh, ...definedOnly(cluster ?? {}) } as T;
  if (mesh?.values === undefined || cluster?.values === undefined) return merged;
  return { ...merged, values: mergeValues(mesh.values, cluster.values) };
}

/** Deep merge as Helm does it: maps are merged, everything else is replaced. */
export function mergeValues(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isMap(old) && isMap(value) ? mergeValues(old, value) : value;
  }
  return merged;
}

/** Whether a value has keys. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is under a path of keys; undefined where one of them is missing. */
export function valueAt(given: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    given,
  );
}
