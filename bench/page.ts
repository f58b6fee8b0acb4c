import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { growthOf, secondsAt } from "./growth";
import { plotOf } from "./plot";
import { renderReport, type Run, waysOf } from "./report";
import { TITLES } from "./ways";

const DOCS = join(__dirname, "../docs");

/** Sizes that nobody measures here. */
const BEYOND = [100, 1000];

/** On what was measured. */
export interface Circumstances {
  readonly cores: number;
  readonly date: Date;
}

/** Writes the page of the benchmarks with its plot, and the figures that it is made of. */
export async function writePage(runs: readonly Run[], circumstances: Circumstances): Promise<void> {
  await writeFile(join(DOCS, "benchmarks.svg"), await plotOf(runs));
  await writeFile(join(DOCS, "benchmarks.json"), `${JSON.stringify(runs)}\n`);
  await writeFile(join(DOCS, "benchmarks.md"), pageOf(runs, circumstances));
}

/** The page as Markdown. */
export function pageOf(runs: readonly Run[], { cores, date }: Circumstances): string {
  return `# Benchmarks

Written by \`npm run bench -- … --page\` on ${date.toISOString().slice(0, 10)}, on a machine with ${cores} cores, from
[benchmarks.json](benchmarks.json). What is measured is the embedded lab on one machine: only ratios mean anything elsewhere.

Control planes and links of clusters on one network, each on fresh clusters, until every istiod is in step with all that it
observes:

- **the documented way**: openssl, \`istioctl install\` per cluster, \`istioctl create-remote-secret\` per ordered pair; in
  parallel with up to 16 of these at once, and one \`kubectl apply\` per observer
- **a Secret per link**, **a Secret per observer**: this program, [remoteSecrets](remote-secrets.md)
- **a stack per cluster**: the same as per observer in [several stacks](fleets.md), four at a time; a cluster is added by an \`up\`
  of the stack that signs, of its own one and of that which links
- **import links**: this program without credentials, one service of all clusters imported by all; gateways come with it

CPU is that of every process of the phase, on both sides without the clusters' own; MB written are those to disk, nearly all
of them the backend's (a folder or, where a heading says so, an object store on the same machine; compressed); requests are
those that API servers got from outside their clusters. A cluster's first \`up\` makes all of it; the cluster that is added is one
more than the size.

![Seconds of the first up and size of the state, by number of clusters](benchmarks.svg)

${growthText(runs)}

${renderReport(runs)}
`;
}

/** What the curves say of sizes that were not measured. */
function growthText(runs: readonly Run[]): string {
  const lines = waysOf(runs).flatMap((way) => {
    const growth = growthOf(runs, way);
    if (growth === undefined) return [];
    const beyond = BEYOND.map((size) => `${hoursOf(secondsAt(growth, size))} for ${size}`).join(", ");
    return [
      `- ${TITLES[way]}: with the number of clusters to the power of ${growth.exponent.toFixed(2)}; ${beyond}`,
    ];
  });
  if (lines.length === 0) return "One size says nothing of others.";
  return [
    "How the first \`up\` grows by the three largest sizes, and what that would be if it went on (nobody has tried):",
    "",
    ...lines,
  ].join("\n");
}

function hoursOf(seconds: number): string {
  return seconds < 600 ? `${seconds.toFixed(0)} s` : `${(seconds / 3600).toFixed(1)} h`;
}
