import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { inNamespace } from "../network/namespaces";

/** What a container sees and may do. */
export interface Sandbox {
  /** Network namespace of its pod. */
  namespace: string;
  hostname: string;
  user: number;
  group: number;
  /** Supplementary groups. */
  groups: number[];
  /** Linux capabilities that it keeps if it runs as root, such as NET_ADMIN. */
  capabilities: string[];
  workingDir: string;
  mounts: Mount[];
}

export interface Mount {
  source: string;
  target: string;
  readOnly: boolean;
}

/** Files of the host that programs of the host's /usr need. */
const HOST_ETC = [
  "alternatives",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "ssl",
  "ca-certificates",
  "protocols",
];

/** Folders that are links into /usr on most distributions, and folders on others. */
const USR_FOLDERS = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];

/** What container engines leave to a root user by default. */
const DEFAULT_CAPABILITIES = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];

/**
 * The command line that runs a command as a container: the host's programs read-only, everything else its own.
 * bubblewrap writes the ID of the container's first process to the file descriptor `infoFd`.
 */
export function sandboxCommand(sandbox: Sandbox, command: string[], infoFd: number): [string, string[]] {
  const { namespace, hostname, workingDir, mounts } = sandbox;
  const arguments_ = [
    ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", hostname],
    // A runtime that dies takes its containers along: the next one starts them anew.
    ...["--die-with-parent", "--info-fd", String(infoFd), "--cap-add", "ALL"],
    ...rootFileSystem(),
    ...mountParents(mounts).flatMap((path) => ["--dir", path]),
    ...mounts.flatMap(({ source, target, readOnly }) => [readOnly ? "--ro-bind" : "--bind", source, target]),
    ...["--chdir", workingDir, "--"],
    ...privileges(sandbox),
    ...command,
  ];
  return inNamespace(namespace, "bwrap", ...arguments_);
}

/** The command line that runs a further command in a container, given how its first process is found. */
export function enterScript(sandbox: Sandbox, env: Record<string, string>, pidFile: string): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = [...privileges(sandbox), "/usr/bin/env", "--ignore-environment", ...variables];
  return `#!/bin/sh
[ -s ${quote(pidFile)} ] || { echo "the container is not running" >&2; exit 1; }
exec /usr/bin/nsenter --target "$(/bin/cat ${quote(pidFile)})" --mount --net --pid --uts --ipc -- \\
  ${command.map(quote).join(" ")} "$@"
`;
}

/** The capabilities of a container by its security context. */
export function capabilitySet(add: string[] = [], drop: string[] = []): string[] {
  const kept = drop.includes("ALL") ? [] : DEFAULT_CAPABILITIES.filter((name) => !drop.includes(name));
  return [...new Set([...kept, ...add])];
}

function privileges({ user, group, groups, capabilities }: Sandbox): string[] {
  const supplementary = groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`;
  const bounding = ["-all", ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(",");
  return [
    ...["/usr/bin/setpriv", `--reuid=${user}`, `--regid=${group}`, supplementary],
    ...["--inh-caps=-all", `--bounding-set=${bounding}`, "--"],
  ];
}

/** Folders that mounts are in, outermost first. Those that bubblewrap made by itself only root could enter. */
function mountParents(mounts: Mount[]): string[] {
  const parents = mounts.flatMap(({ target }) => {
    const names = dirname(target).split("/").filter(Boolean);
    return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
  });
  return [...new Set(parents)].sort((one, other) => one.length - other.length);
}

function rootFileSystem(): string[] {
  const links = USR_FOLDERS.filter(existsSync).flatMap((path) =>
    lstatSync(path).isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path],
  );
  const etc = HOST_ETC.map((name) => join("/etc", name)).filter(existsSync);
  return [
    ...["--ro-bind", "/usr", "/usr", "--tmpfs", "/usr/local"],
    ...links,
    ...["--dir", "/etc"],
    ...etc.flatMap((path) => ["--ro-bind", path, path]),
    ...["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"],
    ...["--dir", "/run", "--dir", "/var/run"],
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
