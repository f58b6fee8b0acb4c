/** Network of what is imported from a cluster: one of its own, so that no gateway is known for it. */
export function importNetwork(cluster: string): string {
  return `import-${cluster}`;
}
