import { join } from "node:path";
import { findExecutable, loadExeca } from "./run";

/** A command that the host must bring along. */
interface HostPackage {
  /** The Debian package that holds it, unless Debian's is too old. */
  debian?: string;
  /** Where to get it without Debian's packages. */
  source?: string;
  /** What is wrong with it, for a command whose presence on PATH is not enough. */
  problem?: () => Promise<string | undefined>;
}

const GO_MINIMUM = [1, 26] as const;

/** Where Debian has its CNI plugins, and those of them that a node uses. */
const CNI = { folder: "/usr/lib/cni", plugins: ["ptp", "host-local", "portmap", "loopback"] };

/** Every host command that the lab or a build uses. */
export const hostPackages = {
  ip: { debian: "iproute2" },
  iptables: { debian: "iptables" },
  nft: { debian: "nftables" },
  conntrack: { debian: "conntrack" },
  containerd: { debian: "containerd" },
  ctr: { debian: "containerd" },
  runc: { debian: "runc" },
  "CNI plugins": { debian: "containernetworking-plugins", problem: cniProblem },
  mmdebstrap: { debian: "mmdebstrap" },
  umoci: { debian: "umoci" },
  unshare: { debian: "util-linux" },
  nsenter: { debian: "util-linux" },
  flock: { debian: "util-linux" },
  openssl: { debian: "openssl" },
  curl: { debian: "curl" },
  python3: { debian: "python3" },
  pip: { debian: "python3-pip", problem: pipProblem },
  // Which alone brings the C library's headers along.
  cc: { debian: "build-essential" },
  go: { source: "https://go.dev/dl/", problem: goProblem },
} satisfies Record<string, HostPackage>;

export type HostCommand = keyof typeof hostPackages;

/** What the running lab uses, whether or not anything has to be built. */
export const labCommands: HostCommand[] = [
  ...(["ip", "iptables", "nft", "conntrack", "unshare", "nsenter"] as const),
  ...(["containerd", "ctr", "runc", "CNI plugins", "mmdebstrap", "umoci"] as const),
  ...(["openssl", "curl"] as const),
];

/** A missing command and, where it is there but unfit, why. */
export interface MissingCommand {
  command: HostCommand;
  problem?: string;
}

/**
 * Installs what is missing, as root on a Debian-like machine; otherwise one error names every missing command and how
 * to get it. Returns what was installed.
 */
export async function installMissing(
  missing: MissingCommand[],
  report: (state: string) => void,
): Promise<string> {
  const packages = debianPackages(missing);
  if (packages.length > 0 && process.getuid?.() === 0 && (await findExecutable("apt-get"))) {
    report(`installing ${packages.join(", ")} (apt-get)`);
    await aptGet("update");
    // Where systemd runs, the package containerd starts one for the machine. It idles: each node has a containerd of its
    // own, with a /run and /var/lib of its own. What the machine has already, such as Docker's containerd, stays.
    await aptGet("install", "--yes", "--no-install-recommends", "--no-remove", ...packages);
    missing = await missingCommands(missing.map(({ command }) => command));
  }
  if (missing.length > 0) throw new Error(missingCommandsMessage(missing));
  return `installed ${packages.join(", ")}`;
}

/** Names every missing command and the commands that mend it. */
export function missingCommandsMessage(missing: MissingCommand[]): string {
  const lines = missing.map(({ command, problem }) => `  ${command}: ${problem ?? "not on PATH"}`);
  const packages = debianPackages(missing);
  const mends =
    packages.length === 0 ? [] : [`sudo apt-get update && sudo apt-get install ${packages.join(" ")}`];
  for (const { command } of missing) {
    const { source }: HostPackage = hostPackages[command];
    if (source !== undefined) mends.push(`install ${command} from ${source} and put it on PATH`);
  }
  return [
    "The lab needs commands that this machine does not have:",
    ...lines,
    "To mend it:",
    ...mends.map((mend) => `  ${mend}`),
  ].join("\n");
}

/** Those of the commands that this machine lacks or has in a version that will not do. */
export async function missingCommands(commands: HostCommand[]): Promise<MissingCommand[]> {
  const results = await Promise.all(
    commands.map(async (command): Promise<MissingCommand | undefined> => {
      const { problem }: HostPackage = hostPackages[command];
      if (problem !== undefined) {
        const text = await problem();
        return text === undefined ? undefined : { command, problem: text };
      }
      return (await findExecutable(command)) === undefined ? { command } : undefined;
    }),
  );
  return results.filter((result) => result !== undefined);
}

function debianPackages(missing: MissingCommand[]): string[] {
  const packages = missing.map(({ command }) => (hostPackages[command] as HostPackage).debian);
  return [...new Set(packages.filter((name) => name !== undefined))].sort();
}

async function aptGet(...args: string[]): Promise<void> {
  const execa = await loadExeca();
  await execa("apt-get", args, { stdin: "ignore", env: { DEBIAN_FRONTEND: "noninteractive" } });
}

async function cniProblem(): Promise<string | undefined> {
  const paths = CNI.plugins.map((plugin) => join(CNI.folder, plugin));
  const found = await Promise.all(paths.map(findExecutable));
  const missing = paths.filter((_, index) => found[index] === undefined);
  return missing.length === 0 ? undefined : `no ${missing.join(", ")}`;
}

async function pipProblem(): Promise<string | undefined> {
  const execa = await loadExeca();
  const { failed } = await execa("python3", ["-m", "pip", "--version"], { reject: false });
  return failed ? "`python3 -m pip` does not run" : undefined;
}

async function goProblem(): Promise<string | undefined> {
  const minimum = GO_MINIMUM.join(".");
  const execa = await loadExeca();
  const { stdout, failed } = await execa("go", ["env", "GOVERSION"], { reject: false });
  if (failed) return `not on PATH (${minimum} or newer is needed)`;
  const [major = 0, minor = 0] = stdout.replace(/^go/, "").split(".").map(Number);
  const recent = major > GO_MINIMUM[0] || (major === GO_MINIMUM[0] && minor >= GO_MINIMUM[1]);
  return recent ? undefined : `is ${stdout}, ${minimum} or newer is needed`;
}
