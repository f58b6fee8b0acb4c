import { loadExeca } from "../toolchain/run";
import {
  type ClusterAddresses,
  clusterAddresses,
  labAddresses,
  LAB_SLOTS,
  networkAddress,
} from "./addresses";
import {
  deleteNamespace,
  ensureNamespace,
  ensureVeth,
  inNamespace,
  interfaceExists,
  ipBatch,
  listNamespaces,
  namespaceName,
  namespacePids,
  namespacePrefix,
} from "./namespaces";

/**
 * How a lab's namespaces are connected:
 *
 *     host -- hub -- network1 -- nodes of cluster1 -- their pods
 *                \-- network2 -- nodes of cluster2 -- their pods
 *
 * The hub stands for the internet: it routes to API servers and LoadBalancer addresses, and knows no pod. A network's
 * router hides its pods behind one address, like a NAT gateway. Every function here mends what is half made.
 */
const ROUTER = { "net.ipv4.ip_forward": "1" };

const REJECT = ["--jump", "REJECT", "--reject-with", "icmp-host-unreachable"];

const HOST_INTERFACE = "im-lab";

/** Claims one of the machine's address ranges for a lab and connects its hub to the host. Returns the range's slot. */
export async function ensureHub(lab: string, folder: string, wantedSlot?: number): Promise<number> {
  const hub = namespaceName.hub(lab);
  const holders = await slotHolders();
  await requireNoOther(lab, folder, holders);
  await ensureNamespace(hub, ROUTER);
  let slot = holders.find((holder) => holder.folder === folder)?.slot;
  if (slot === undefined) {
    // A run that died between making the interface and marking it has left one that nobody will find again.
    if (await interfaceExists(hub, "host")) await ipBatch(hub, ["link delete host"]);
    slot = await claimSlot(hub, holders, wantedSlot);
    await ipBatch(undefined, [`link set ${HOST_INTERFACE}${slot} alias "${lab} ${folder}"`]);
  }
  await connectHost(hub, slot);
  return slot;
}

/** The router of one network, connected to the hub. */
export async function ensureNetwork(
  lab: string,
  slot: number,
  network: string,
  index: number,
): Promise<void> {
  const hub = namespaceName.hub(lab);
  const namespace = namespaceName.network(lab, network);
  const address = networkAddress(slot, index);
  await ensureNamespace(namespace, ROUTER);
  await ensureVeth({ namespace: hub, name: `net${index}` }, { namespace, name: "hub" });
  await ipBatch(namespace, [
    `address replace ${address}/32 dev hub`,
    `route replace default via ${labAddresses(slot).hub} dev hub onlink src ${address}`,
  ]);
  await ipBatch(hub, [`route replace ${address}/32 dev net${index} src ${labAddresses(slot).hub}`]);
  await ensureRule(namespace, "nat", ["POSTROUTING", "--out-interface", "hub", "--jump", "MASQUERADE"]);
}

/** A node and its place in a lab. */
export interface NodeWiring {
  namespace: string;
  network: string;
  networkIndex: number;
  /** Name of its cable's end at the network's router. */
  cable: string;
  address: string;
  podCidr: string;
}

/** A node of a cluster, connected to its network. */
export async function ensureNodeNetwork(lab: string, slot: number, node: NodeWiring): Promise<void> {
  const { namespace, network, networkIndex, cable, address, podCidr } = node;
  const router = namespaceName.network(lab, network);
  const routerAddress = networkAddress(slot, networkIndex);
  await ensureNamespace(namespace, ROUTER);
  await ensureVeth({ namespace: router, name: cable }, { namespace, name: "net" });
  await ipBatch(namespace, [
    `address replace ${address}/32 dev lo`,
    `route replace default via ${routerAddress} dev net onlink src ${address}`,
  ]);
  await ipBatch(router, [`route replace ${podCidr} via ${address} dev ${cable} onlink src ${routerAddress}`]);
}

/** Gives a node the cluster's public addresses: those of the API server and of load balancers. */
export async function ensurePublicAddresses(
  lab: string,
  slot: number,
  { namespace, network, networkIndex, cable, address }: NodeWiring,
  { api, publicCidr }: ClusterAddresses,
): Promise<void> {
  const routerAddress = networkAddress(slot, networkIndex);
  await ipBatch(namespace, [`address replace ${api}/32 dev lo`]);
  // What kube-proxy has not sent to a pod would go back and forth between node and router.
  for (const chain of ["FORWARD", "OUTPUT"]) {
    const unclaimed = ["--out-interface", "net", "--destination", publicCidr];
    await ensureRule(namespace, "filter", [chain, ...unclaimed, ...REJECT]);
  }
  await ipBatch(namespaceName.network(lab, network), [
    `route replace ${publicCidr} via ${address} dev ${cable} onlink src ${routerAddress}`,
  ]);
  await ipBatch(namespaceName.hub(lab), [
    `route replace ${publicCidr} via ${routerAddress} dev net${networkIndex} onlink`,
  ]);
}

/** Takes back a cluster's public addresses. The rest goes with the nodes' namespaces. */
export async function removePublicAddresses(lab: string, slot: number, clusterIndex: number): Promise<void> {
  const { publicCidr } = clusterAddresses(slot, { index: clusterIndex });
  const execa = await loadExeca();
  // Where the network's router is gone, so is the route.
  await execa("ip", ["-netns", namespaceName.hub(lab), "route", "delete", publicCidr], { reject: false });
}

interface SlotHolder {
  slot: number;
  lab: string;
  folder: string;
}

/** Which labs hold which range. The kernel keeps it, so that a reboot frees them all. */
async function slotHolders(): Promise<SlotHolder[]> {
  const execa = await loadExeca();
  // Not from /sys, which may be mounted for another network namespace than this process'.
  const { stdout } = await execa("ip", ["-json", "link", "show"]);
  const interfaces = JSON.parse(stdout) as { ifname: string; ifalias?: string }[];
  return interfaces
    .filter(({ ifname }) => ifname.startsWith(HOST_INTERFACE))
    .map(({ ifname, ifalias = "" }) => {
      const [, lab = "", folder = ""] = /^(\S+) (.*)$/.exec(ifalias) ?? [];
      return { slot: Number(ifname.slice(HOST_INTERFACE.length)), lab, folder };
    });
}

/** A lab of that name that another folder brought up may run; what is left of one that does not is taken away. */
async function requireNoOther(lab: string, folder: string, holders: SlotHolder[]): Promise<void> {
  const other = holders.find((holder) => holder.lab === lab && holder.folder !== folder);
  if (other === undefined) return;
  const namespaces = await listNamespaces(namespacePrefix(lab));
  const pids = await Promise.all(namespaces.map(namespacePids));
  if (pids.flat().length > 0) {
    throw new Error(
      `A lab named ${lab} runs already, from ${other.folder}: take it down there, or give this one another name.`,
    );
  }
  await Promise.all(namespaces.map(deleteNamespace));
  const execa = await loadExeca();
  // It goes with its namespace, but in the kernel's own time.
  await execa("ip", ["link", "delete", `${HOST_INTERFACE}${other.slot}`], { reject: false });
}

/** Creating the interface is the claim: of two labs that try at once, the kernel lets one succeed. */
async function claimSlot(hub: string, holders: SlotHolder[], wanted?: number): Promise<number> {
  const execa = await loadExeca();
  const slots = wanted === undefined ? Array.from({ length: LAB_SLOTS }, (_, slot) => slot) : [wanted];
  for (const slot of slots) {
    const link = `link add ${HOST_INTERFACE}${slot} type veth peer name host netns ${hub}`.split(" ");
    const result = await execa("ip", link, { reject: false });
    if (!result.failed) return slot;
    if (!result.stderr.includes("File exists")) throw new Error(`Cannot connect ${hub}: ${result.stderr}`);
  }
  const held = holders.filter(({ slot }) => slots.includes(slot));
  const names = held.map(({ lab, folder }) => `${lab} (${folder})`);
  throw new Error(`The lab's address range is in use by: ${names.join(", ")}. Take one of them down.`);
}

async function connectHost(hub: string, slot: number): Promise<void> {
  const { host, hub: hubAddress, range } = labAddresses(slot);
  const link = `${HOST_INTERFACE}${slot}`;
  await ipBatch(hub, [
    "link set host up",
    `address replace ${hubAddress}/32 dev host`,
    `route replace ${host}/32 dev host src ${hubAddress}`,
  ]);
  await ipBatch(undefined, [
    `link set ${link} up`,
    `address replace ${host}/32 dev ${link}`,
    `route replace ${range} via ${hubAddress} dev ${link} onlink src ${host}`,
  ]);
}

async function ensureRule(namespace: string, table: string, rule: string[]): Promise<void> {
  const execa = await loadExeca();
  const iptables = ["iptables", "--wait", "--table", table];
  const check = inNamespace(namespace, ...iptables, "--check", ...rule);
  const { failed } = await execa(...check, { reject: false });
  if (failed) await execa(...inNamespace(namespace, ...iptables, "--append", ...rule));
}
