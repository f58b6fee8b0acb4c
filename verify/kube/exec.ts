import { Writable } from "node:stream";
import { Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";
import type { ExecTarget } from "./cluster-reader";
import { CannotLookError } from "./errors";

/** A command that ran and did not end with 0, or could not be run. */
export class ExecError extends Error {
  override readonly name = "ExecError";
}

/**
 * Runs a command in a container and returns what it wrote to standard output.
 *
 * @throws {@link ExecError} when the command fails, or has not ended when `signal` aborts
 * @throws {@link CannotLookError} when the caller may not run commands there
 */
export async function execInPod(
  kubeConfig: KubeConfig,
  { namespace, pod, container }: ExecTarget,
  command: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const where = `${command[0]} in container ${container} of pod ${namespace}/${pod}`;
  const stdout = collector();
  const stderr = collector();
  const { status, message } = await new Promise<V1Status>((resolve, reject) => {
    const fail = (reason: string) => reject(new ExecError(`${where}: ${reason}`));
    const streams = [stdout.stream, stderr.stream, null] as const;
    const socket = new Exec(kubeConfig).exec(
      namespace,
      pod,
      container,
      [...command],
      ...streams,
      false,
      resolve,
    );
    socket.then(
      (open) => {
        open.addEventListener("close", () => fail("the connection was closed before the command ended"));
        whenAborted(signal, () => open.terminate());
      },
      (error: unknown) => reject(handshakeError(where, error)),
    );
    whenAborted(signal, () => fail("did not end in time"));
  });
  if (status === "Success") return stdout.text();
  throw new ExecError([`${where}: ${message}`, stderr.text().trim()].filter(Boolean).join("; "));
}

function whenAborted(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action();
  else signal.addEventListener("abort", action, { once: true });
}

/** The WebSocket library reports a refusal as an event with the HTTP status in its message. */
function handshakeError(where: string, event: unknown): Error {
  const message =
    typeof event === "object" && event !== null && "message" in event ? String(event.message) : String(event);
  return / 40[13]$/.test(message)
    ? new CannotLookError(`${where}: ${message}; the kubeconfig's user needs "create" and "get" on pods/exec`)
    : new ExecError(`${where}: ${message}`);
}

function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
