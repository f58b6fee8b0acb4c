import { once } from "node:events";
import { createInterface } from "node:readline";
import { startInPodNetwork } from "../../../lab";
import { runningPod } from "./pods";
import type { Suite } from "./suite";

/** What became of the requests of a load. */
export interface LoadResult {
  readonly requests: number;
  /** What curl said of each request that was not answered with 200, with the time of day. */
  readonly failures: readonly string[];
}

/** Requests on a path that costs helloworld nothing. `[1-100]` makes curl send that many, one after the other. */
const URL = "http://helloworld.sample:5000/health?[1-100]";

/** Line by line, so that each is counted when it is answered. */
const SCRIPT = `
while :; do
  stdbuf -oL curl -sS -o /dev/null -w '%{http_code} %{errormsg}\\n' --max-time 10 --rate "$1/s" --resolve "$2" '${URL}' 2>/dev/null
done`;

/** A steady stream of requests from a cluster's curl client to helloworld, wherever it is. curl never retries. */
export class Load {
  private readonly failures: string[] = [];
  private requests = 0;

  private constructor(private readonly child: Awaited<ReturnType<typeof startInPodNetwork>>) {
    createInterface({ input: child.stdout }).on("line", (line) => this.count(line));
  }

  /** @param perSecond - how many requests a second */
  public static async start(suite: Suite, cluster: string, perSecond = 20): Promise<Load> {
    const pod = runningPod(suite, cluster, "sample", "app=curl").name;
    const address = suite
      .kubectl(cluster, "get", "service", "-n", "sample", "helloworld", "-o", "jsonpath={.spec.clusterIP}")
      .trim();
    const arguments_ = ["load", String(perSecond), `helloworld.sample:5000:${address}`];
    const command = ["sh", "-c", SCRIPT, ...arguments_];
    return new Load(await startInPodNetwork(suite.lab.name, { cluster, namespace: "sample", pod }, command));
  }

  /** How many requests have ended so far. */
  public get sent(): number {
    return this.requests;
  }

  /** Ends the stream and tells what became of it. */
  public async stop(): Promise<LoadResult> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    return { requests: this.requests, failures: this.failures };
  }

  private count(line: string): void {
    this.requests += 1;
    if (!line.startsWith("200 ")) this.failures.push(`${new Date().toISOString()} ${line}`);
  }
}
