import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startInPodNetwork } from "../../../lab";
import type { Answer } from "./load-judge";
import { runningPod } from "./pods";
import type { Suite } from "./suite";

/** More would tell little more: each takes two handshakes, and the processors from what is being tested. */
export const PER_SECOND = 5;

/** What load-client.mts is told, as JSON in its only argument. */
export interface LoadOrder {
  /** File that gets a line of JSON for each request that has ended. */
  readonly file: string;
  /** Requests a second to each service. */
  readonly perSecond: number;
  readonly services: readonly { readonly name: string; readonly host: string; readonly address: string }[];
}

/** A steady stream of requests from a cluster's client to services of the sample applications' namespace. */
export class Load {
  private constructor(
    private readonly child: Awaited<ReturnType<typeof startInPodNetwork>>,
    private readonly file: string,
  ) {}

  public static async start(
    suite: Suite,
    cluster: string,
    services: readonly string[],
    perSecond = PER_SECOND,
  ): Promise<Load> {
    // With the lab's logs, so that it is kept with them.
    const folder = join(suite.lab.dir, "logs");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `load-${cluster}-${Date.now()}.log`);
    writeFileSync(file, "");
    const address = (service: string) =>
      suite.kubectl(cluster, "get", "service", "-n", "sample", service, "-o", "jsonpath={.spec.clusterIP}");
    const order: LoadOrder = {
      file,
      perSecond,
      services: services.map((name) => ({ name, host: `${name}.sample`, address: address(name) })),
    };
    const pod = runningPod(suite, cluster, "sample", "app=curl").name;
    const command = [process.execPath, join(__dirname, "load-client.mts"), JSON.stringify(order)];
    const child = await startInPodNetwork(suite.lab.name, { cluster, namespace: "sample", pod }, command);
    return new Load(child, file);
  }

  /** The requests that have ended so far. */
  public answers(): Answer[] {
    const lines = readFileSync(this.file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Answer);
  }

  /** Ends the stream, waits for what is under way, and tells what became of all. */
  public async stop(): Promise<Answer[]> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill();
      await ended;
    }
    return this.answers();
  }
}
