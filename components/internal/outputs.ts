import * as pulumi from "@pulumi/pulumi";

/** Where in some plain values an Output or a promise is, as paths like those of problems: `clusters[1].name`. */
export function outputsIn(value: unknown, path = ""): string[] {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return [path];
  if (typeof value !== "object" || value === null) return [];
  const step = (key: string) => (Array.isArray(value) ? `[${key}]` : path === "" ? key : `.${key}`);
  return Object.entries(value).flatMap(([key, inner]) => outputsIn(inner, path + step(key)));
}
