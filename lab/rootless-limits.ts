import { readFileSync } from "node:fs";

/** A user of the machine, who is not root. */
export interface User {
  name: string;
  id: number;
}

/** A range of user or group IDs. */
export interface IdRange {
  first: number;
  count: number;
}

/** What the machine gives a user beside the user's own ID. */
export interface MachineIds {
  /** Content of /etc/subuid. */
  subuid: string;
  /** Content of /etc/subgid. */
  subgid: string;
  /** Whether newuidmap and newgidmap are there. */
  hasMappers: boolean;
}

const RANGE_SIZE = 65536;
const FIRST_SUBORDINATE_ID = 100_000;

/** The user as whom Istio's images run. */
const ISTIO_USER = 1337;

/** Settings of the kernel that forbid user namespaces, by file under /proc/sys, and the values that allow them. */
export const NAMESPACE_SETTINGS: Record<string, { forbidden: string; allowed: string }> = {
  "kernel/unprivileged_userns_clone": { forbidden: "0", allowed: "1" },
  "kernel/apparmor_restrict_unprivileged_userns": { forbidden: "1", allowed: "0" },
  "user/max_user_namespaces": { forbidden: "0", allowed: "15000" },
  "user/max_net_namespaces": { forbidden: "0", allowed: "15000" },
  "user/max_mnt_namespaces": { forbidden: "0", allowed: "15000" },
};

/** The first range of /etc/subuid or /etc/subgid that belongs to a user and has room for the users of all images. */
export function subordinateRange(content: string, { name, id }: User): IdRange | undefined {
  const entries = content.split("\n").map((line) => line.trim().split(":"));
  const own = entries.filter(([owner]) => owner === name || owner === String(id));
  const ranges = own.map(([, first, count]): IdRange => ({ first: Number(first), count: Number(count) }));
  return ranges.find(({ count }) => count >= RANGE_SIZE);
}

/** The commands after which a user may run processes under many user IDs; none if that is so already. */
export function subordinateIdMends({ subuid, subgid, hasMappers }: MachineIds, user: User): string[] {
  const mends = hasMappers ? [] : ["sudo apt-get install uidmap"];
  const options = [
    ...(subordinateRange(subuid, user) ? [] : [`--add-subuids ${freeRange(subuid)}`]),
    ...(subordinateRange(subgid, user) ? [] : [`--add-subgids ${freeRange(subgid)}`]),
  ];
  return options.length === 0 ? mends : [...mends, `sudo usermod ${options.join(" ")} ${user.name}`];
}

/** Says what a lab with one user ID lacks and how to get it. */
export function oneUserMessage(mends: string[]): string {
  const commands = mends.length === 0 ? "" : `${mends.map((mend) => `  ${mend}\n`).join("")}then `;
  return [
    "Without root and without subordinate user IDs the clusters run (API server, controllers, kube-proxy), but no",
    "pods: istiod, gateways and apps run as users of their own. For the whole lab:",
    `${commands}take the labs down (npm run lab -- down) and up again; or run the same command as root (sudo -E).`,
  ].join("\n");
}

/**
 * Says why a user cannot have namespaces and how to mend it.
 *
 * @param settings - what the files of NAMESPACE_SETTINGS hold, as far as they exist
 * @param failure - what the failed command printed
 */
export function noNamespacesMessage(settings: Record<string, string>, failure: string): string {
  const mends = Object.entries(NAMESPACE_SETTINGS)
    .filter(([file, { forbidden }]) => settings[file]?.trim() === forbidden)
    .map(([file, { allowed }]) => `  sudo sysctl --write ${file.replaceAll("/", ".")}=${allowed}`);
  const ways =
    mends.length > 0
      ? ["Allow them", ...mends, "or run the same command as root (sudo -E)."]
      : ["Run the same command as root (sudo -E); inside a container, start that one with --privileged."];
  return [
    "The lab needs network namespaces, and this machine gives a user none of its own:",
    `  ${failure.trim()}`,
    ...ways,
  ].join("\n");
}

/** Whether an ID has a counterpart outside, by a file like /proc/self/uid_map. */
export function isMapped(idMap: string, id: number): boolean {
  return idMap
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([first = 0, , count = 0]) => id >= first && id < first + count);
}

/** Whether a process can run others as the users of Istio's images. */
export function hasPodUsers(process: number | "self"): boolean {
  return isMapped(readFileSync(`/proc/${process}/uid_map`, "utf8"), ISTIO_USER);
}

/** Whether this process' root is another user outside of its user namespace. */
export function isRootless(): boolean {
  return !/^\s*0\s+0\s/.test(readFileSync("/proc/self/uid_map", "utf8"));
}

/** A range behind all that are taken. */
function freeRange(content: string): string {
  const ends = content.split("\n").map((line) => {
    const [, first, count] = line.split(":").map(Number);
    return (first ?? 0) + (count ?? 0) || 0;
  });
  const first = Math.max(FIRST_SUBORDINATE_ID, ...ends);
  return `${first}-${first + RANGE_SIZE - 1}`;
}
