import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const RETRY_MS = 50;
const ANSWER_MS = 3000;

/**
 * Runs an action that changes a lab, unless another one is at it.
 *
 * The lock is a socket in the kernel's abstract namespace: it leaves no file, goes when its process dies in whatever
 * way, and tells whoever connects who holds it. Its scope is a network namespace, as is that of a lab's name.
 *
 * @throws Error that names the process that holds the lab
 */
export async function withLabLock<T>(lab: string, action: () => Promise<T>): Promise<T> {
  const lock = await claim(lab, `\0istio-multicluster.lab.${lab}`);
  try {
    return await action();
  } finally {
    lock.close();
  }
}

async function claim(lab: string, path: string): Promise<Server> {
  for (;;) {
    const lock = await listen(path);
    if (lock !== undefined) return lock;
    const holder = await askHolder(path);
    if (holder !== undefined) {
      throw new Error(`Lab ${lab} is being changed by ${holder}: wait for it, or end it.`);
    }
    await sleep(RETRY_MS);
  }
}

/** Undefined if another process has the lock. */
async function listen(path: string): Promise<Server | undefined> {
  const whoHoldsIt = `process ${process.pid} (${process.argv.slice(1).join(" ")})`;
  const server = createServer((connection) => connection.end(whoHoldsIt));
  server.listen(path);
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
}

/** Undefined if the process that has the lock is just ending. */
async function askHolder(path: string): Promise<string | undefined> {
  const connection = connect(path);
  const answer = text(connection).catch(() => undefined);
  const silence = sleep(ANSWER_MS, "a process that does not answer", { ref: false });
  const holder = await Promise.race([answer, silence]);
  connection.destroy();
  return holder || undefined;
}
