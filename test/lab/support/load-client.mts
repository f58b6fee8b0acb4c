import { createWriteStream } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { LoadOrder } from "./load.js";
import type { Answer } from "./load-judge.js";

const PORT = 5000;
const TIMEOUT_MS = 10_000;

/**
 * Asks each service at a steady pace, whatever becomes of the requests before, on a connection of its own each time and
 * without trying again. On SIGTERM it sends no more, and ends with the last answer.
 */
function main({ file, perSecond, services }: LoadOrder): void {
  // Not standard output: that would stop this process whenever the one that reads it is busy.
  const log = createWriteStream(file);
  const parent = process.ppid;
  const timers = services.map(({ name, host, address }) =>
    setInterval(() => {
      // The test has gone without ending its load.
      if (process.ppid !== parent) process.exit();
      const begun = Date.now();
      ask(host, address).then(
        (outcome) => log.write(line({ service: name, begun, ended: Date.now(), ...outcome })),
        (error: unknown) =>
          log.write(line({ service: name, begun, ended: Date.now(), status: 0, body: String(error) })),
      );
    }, 1000 / perSecond),
  );
  process.on("SIGTERM", () => timers.forEach((timer) => clearInterval(timer)));
}

const line = (answer: Answer) => `${JSON.stringify(answer)}\n`;

function ask(host: string, address: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(
      {
        host: address,
        port: PORT,
        path: "/hello",
        headers: { host: `${host}:${PORT}` },
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      },
    )
      .on("error", reject)
      .end();
  });
}

main(JSON.parse(process.argv[2] ?? "") as LoadOrder);
