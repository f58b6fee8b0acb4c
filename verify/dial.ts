import { isIPv6 } from "node:net";
import { AUTO_PASSTHROUGH_PORT, STATUS_PORT } from "../components/names";

/**
 * How a proxy tries the way to a gateway: by pilot-agent, which every proxy's image has, and whose own connections the
 * proxy does not take over, so that a connection is one to the gateway and not to the proxy itself.
 */
const WAIT = [
  "pilot-agent",
  "wait",
  "--timeoutSeconds=1",
  "--periodMillis=100",
  "--requestTimeoutMillis=4000",
];

// Two at a time: each pilot-agent takes some 50 MB of the container's memory. A port that does not speak HTTP is tried
// for the whole second, which is the shortest that pilot-agent waits.
const SCRIPT = `
set -f
try() {
  if said=$(${WAIT.join(" ")} --url="$1" 2>&1); then echo "$1 ok"
  else echo "$1" $said; fi
}
while [ $# -gt 0 ]; do
  try "$1" &
  [ $# -gt 1 ] && { try "$2"; shift; }
  wait
  shift
done`;

/** What came of trying URLs, by URL: `ok`, or the words of pilot-agent. */
export type Dials = ReadonlyMap<string, string>;

/** Command that tries URLs, in one go. */
export function dialCommand(urls: readonly string[]): string[] {
  return ["sh", "-c", SCRIPT, "sh", ...urls];
}

/** Command that tries one URL, for images without a shell; it fails with the words of pilot-agent. */
export function singleDialCommand(url: string): string[] {
  return [...WAIT, `--url=${url}`];
}

/** How long {@link dialCommand} may take: the longest is a pair of which neither answers. */
export function dialSeconds(urls: readonly string[]): number {
  return 20 + 3 * urls.length;
}

/** Reads what {@link dialCommand} printed. */
export function readDials(output: string): Dials {
  return new Map(
    output.split("\n").flatMap((line): [string, string][] => {
      const [url = "", ...said] = line.trim().split(" ");
      return said.length === 0 ? [] : [[url, said.join(" ")]];
    }),
  );
}

/** URL of a gateway's health, which Envoy answers itself. */
export function statusUrl(address: string): string {
  return `http://${host(address)}:${STATUS_PORT}/healthz/ready`;
}

/** URL of the port for services. Without a name of the mesh Envoy ends the handshake, once it has taken the connection. */
export function servicesUrl(address: string): string {
  return `https://${host(address)}:${AUTO_PASSTHROUGH_PORT}/`;
}

/** Whether what pilot-agent said of a URL means that a connection was taken and spoken on. */
export function connected(said: string | undefined): boolean {
  if (said === undefined || /\bdial\b/.test(said)) return false;
  return said === "ok" || /\bEOF\b|connection reset by peer|\btls: |x509: |HTTP status code/.test(said);
}

/** The reason in what pilot-agent said: what comes last, without the request itself. */
export function reasonOf(said: string | undefined): string {
  return (said ?? "was not tried").replace(/^.*Last error: (Get "[^"]*": )?/, "").trim();
}

function host(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
