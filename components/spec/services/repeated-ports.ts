import type { Problem } from "../types";

/** Names and numbers that several ports of a list have. */
export function repeatedPorts(
  ports: readonly { readonly name: string; readonly port: number }[],
  path: string,
): Problem[] {
  return (["name", "port"] as const).flatMap((key) =>
    ports.flatMap((port, index) => {
      const first = ports.findIndex((other) => other[key] === port[key]);
      if (first === index) return [];
      const message = `${port[key]} is already that of ports[${first}]; give each port its own`;
      return [{ path: `${path}[${index}].${key}`, message }];
    }),
  );
}
