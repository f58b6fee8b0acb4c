import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Of what belongs to a cluster, such as nodes, service accounts and the API server itself. */
const PREFIX = "system:";

/** Counts what API servers are asked by whoever is no part of their clusters, from their audit logs. */
export class RequestCounter {
  private readonly begun: ReadonlyMap<string, number>;

  /** @param logs - audit log of each cluster */
  public constructor(logs: readonly string[]) {
    this.begun = new Map(logs.map((log) => [log, statSync(log).size]));
  }

  /** Requests since it was made, of all clusters. */
  public count(): number {
    return [...this.begun].reduce((sum, [log, from]) => sum + requestsOf(tail(log, from)), 0);
  }
}

/** How many lines of an audit log are such requests; the last one may be written in part. */
export function requestsOf(text: string): number {
  const lines = text.split("\n").filter((line) => line.endsWith("}"));
  return lines.filter((line) => !(usernameOf(line) ?? PREFIX).startsWith(PREFIX)).length;
}

function usernameOf(line: string): string | undefined {
  const { user } = JSON.parse(line) as { user?: { username?: string } };
  return user?.username;
}

function tail(file: string, from: number): string {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(fstatSync(descriptor).size - from);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, bytes.length, from));
  } finally {
    closeSync(descriptor);
  }
}
