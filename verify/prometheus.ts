/** One sample of a metrics page. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Samples of one metric.
 *
 * @param page - Prometheus' text format
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function samplesOf(page: string, metric: string): Sample[] {
  return page.split("\n").flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (match?.[1] !== metric) return [];
    return [{ labels: labelsOf(match[2] ?? ""), value: Number(match[3]) }];
  });
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name = "", value = ""]) => [name, unescape(value)]));
}

function unescape(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
}
