import { BlockList, isIP } from "node:net";

/** Variables of an environment. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy by which Kubernetes' clients reach an address where its kubeconfig names none: that of HTTPS_PROXY or HTTP_PROXY,
 * but for what NO_PROXY lists and for the machine itself.
 *
 * @returns its URL, or nothing for the direct way
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function proxyFor(server: string, environment: Environment): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { protocol, hostname, port } = new URL(server);
  const proxy = variable(environment, protocol === "http:" ? "HTTP_PROXY" : "HTTPS_PROXY");
  const host = hostname.replace(/^\[|\]$/g, "");
  if (proxy === undefined || isOwnMachine(host)) return undefined;
  const usedPort = port || (protocol === "http:" ? "80" : "443");
  const exceptions = variable(environment, "NO_PROXY")?.split(",") ?? [];
  if (exceptions.some((entry) => covers(entry.trim().toLowerCase(), host, usedPort))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** Tools write these names in capital letters or in small ones. */
function variable(environment: Environment, name: string): string | undefined {
  return environment[name] || environment[name.toLowerCase()] || undefined;
}

function isOwnMachine(host: string): boolean {
  if (host === "localhost") return true;
  return host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether an entry of NO_PROXY means a host: an address, a range of addresses, or a domain, perhaps with a port. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return inRange(entry, host);
  const [, name = "", entryPort = port] =
    isIP(entry) === 0 ? (/^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? []) : [entry, entry];
  if (name === "" || entryPort !== port) return false;
  if (isIP(name) !== 0) return name === host;
  const domain = name.replace(/^\*(?=\.)/, "");
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function inRange(range: string, host: string): boolean {
  const [address = "", bits = ""] = range.split("/");
  const [version, own] = [isIP(address), isIP(host)];
  if (version === 0 || version !== own || !/^\d+$/.test(bits)) return false;
  if (Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return block.check(host, family);
}
