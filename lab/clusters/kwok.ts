import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { API_PORT, type ClusterAddresses } from "../network/addresses";
import { inNamespace, killProcesses, namespacePids } from "../network/namespaces";
import { writeFileAtomically } from "../state";
import type { Toolchain } from "../toolchain";
import { loadExeca } from "../toolchain/run";
import { type KwokRoot, writeKwokRoot } from "./kwok-root";

/** A control plane: etcd, API server, controller manager, scheduler and kwok, in one network namespace. */
export interface ControlPlane {
  name: string;
  namespace: string;
  addresses: ClusterAddresses;
  /** kwokctl's folder of this cluster: WORKDIR/clusters/NAME. */
  dir: string;
  kubeconfig: string;
  kwokRoot: KwokRoot;
  /** Whether the API server logs its requests. */
  audit: boolean;
}

/** Ports that may be the same everywhere: each cluster has a network namespace of its own. */
const PORTS = {
  etcd: 2379,
  etcdPeer: 2380,
  controllerManager: 10257,
  scheduler: 10259,
  kwok: 10247,
} as const;

/** Port of kwok's stand-in for the kubelet API: logs, exec, port-forward. */
export const KUBELET_PORT = PORTS.kwok;

const START_TIMEOUT_SECONDS = 60;

/** Brings a control plane up, whatever is left of it: creates it, or starts those of its processes that do not run. */
export async function ensureControlPlane(plane: ControlPlane, { bin }: Toolchain): Promise<void> {
  if (await isComplete(plane)) {
    await forgetDeadProcesses(plane);
    await kwokctl(plane, bin, ["start", "cluster"]);
  } else {
    await killProcesses(plane.namespace);
    await rm(plane.dir, { recursive: true, force: true });
    await mkdir(dirname(plane.kubeconfig), { recursive: true });
    await writeKwokRoot(plane.kwokRoot, bin.kwok);
    const config = join(dirname(plane.kubeconfig), "kwokctl.yaml");
    await writeFile(config, stringify(kwokctlConfig(plane, bin)));
    if (plane.audit) await writeFile(auditPolicyPath(plane), stringify(AUDIT_POLICY));
    const wait = `${START_TIMEOUT_SECONDS}s`;
    const files = [
      "--config",
      config,
      "--kubeconfig",
      join(dirname(plane.kubeconfig), "kwok-kubeconfig.yaml"),
    ];
    await kwokctl(plane, bin, ["create", "cluster", ...files, "--wait", wait]);
  }
  await writeFileAtomically(plane.kubeconfig, await userKubeconfig(plane));
}

/** Stops all processes of a control plane; its data stay. */
export async function stopControlPlane(plane: ControlPlane, { bin }: Toolchain): Promise<void> {
  await forgetDeadProcesses(plane);
  await kwokctl(plane, bin, ["stop", "cluster"]);
}

/** Only a creation that went through to its end has written the kubeconfig for users. */
async function isComplete(plane: ControlPlane): Promise<boolean> {
  return readFile(plane.kubeconfig).then(
    () => true,
    () => false,
  );
}

/** kwokctl trusts its PID files, and after a crash or a reboot the PID may be another process'. */
async function forgetDeadProcesses({ dir, namespace }: ControlPlane): Promise<void> {
  const alive = await namespacePids(namespace);
  const folder = join(dir, "pids");
  for (const file of await readdir(folder).catch(() => [])) {
    const pid = Number(await readFile(join(folder, file), "utf8"));
    if (!alive.includes(pid)) await rm(join(folder, file));
  }
}

async function kwokctl(plane: ControlPlane, bin: Toolchain["bin"], args: string[]): Promise<void> {
  const execa = await loadExeca();
  const [file, wrapped] = inNamespace(plane.namespace, bin.kwokctl, ...args, "--name", plane.name);
  const { all, failed } = await execa(file, wrapped, {
    reject: false,
    all: true,
    stdin: "ignore",
    timeout: (START_TIMEOUT_SECONDS + 10) * 1000,
    env: {
      KWOK_WORKDIR: dirname(dirname(plane.dir)),
      PATH: [dirname(bin.kubectl), process.env.PATH].join(delimiter),
    },
  });
  if (!failed) return;
  const logs = join(plane.dir, "logs");
  throw new Error(`cluster ${plane.name}: kwokctl ${args[0]} failed; see the logs in ${logs}\n${all}`);
}

/** Who asked for what and whether it was allowed, without contents. */
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

const auditPolicyPath = ({ kubeconfig }: ControlPlane) => join(dirname(kubeconfig), "audit-policy.yaml");

function kwokctlConfig(plane: ControlPlane, bin: Toolchain["bin"]): object {
  const { addresses, kwokRoot, audit } = plane;
  const { api, apiService, serviceCidr } = addresses;
  const serviceRange = extraArgs({ "service-cluster-ip-range": serviceCidr });
  // No DNS server knows the node by its name.
  const apiServerArgs = { "advertise-address": api, "kubelet-preferred-address-types": "InternalIP" };
  return {
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokctlConfiguration",
    options: {
      runtime: "binary",
      etcdBinary: bin.etcd,
      kubeApiserverBinary: bin.kubeApiserver,
      kubeControllerManagerBinary: bin.kubeControllerManager,
      kubeSchedulerBinary: bin.kubeScheduler,
      kwokControllerBinary: kwokRoot.binary,
      kubectlBinary: bin.kubectl,
      etcdPort: PORTS.etcd,
      etcdPeerPort: PORTS.etcdPeer,
      kubeApiserverPort: API_PORT,
      kubeControllerManagerPort: PORTS.controllerManager,
      kubeSchedulerPort: PORTS.scheduler,
      kwokControllerPort: PORTS.kwok,
      kubeApiserverCertSANs: [api, apiService, "kubernetes.default.svc"],
      enableCRDs: ["Exec", "Logs", "PortForward"],
      ...(audit ? { kubeAuditPolicy: auditPolicyPath(plane) } : {}),
    },
    componentsPatches: [
      // A power cut may cost the lab its data; in return a write does not wait for the disk.
      { name: "etcd", extraArgs: extraArgs({ "unsafe-no-fsync": "true" }) },
      { name: "kube-apiserver", extraArgs: [...serviceRange, ...extraArgs(apiServerArgs)] },
      { name: "kube-controller-manager", extraArgs: serviceRange },
      {
        name: "kwok-controller",
        // The pod runtime is the kubelet here; kwok serves only the kubelet's API.
        extraArgs: [
          { key: "manage-all-nodes", value: "false", override: true },
          ...extraArgs({ "manage-nodes-with-label-selector": "type=kwok" }),
        ],
        extraEnvs: [{ name: "PATH", value: "/usr/sbin:/usr/bin:/sbin:/bin" }],
      },
    ],
  };
}

function extraArgs(args: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(args).map(([key, value]) => ({ key, value }));
}

/** kwokctl's kubeconfig names the loopback address and files; this one works from everywhere. */
async function userKubeconfig({ name, dir, addresses }: ControlPlane): Promise<string> {
  const pki = (file: string) => readFile(join(dir, "pki", file), "base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server: `https://${addresses.api}:${API_PORT}`,
          "certificate-authority-data": await pki("ca.crt"),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          "client-certificate-data": await pki("admin.crt"),
          "client-key-data": await pki("admin.key"),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  return stringify(config);
}

/** One kubeconfig with a context per cluster. The first cluster's is the current one. */
export async function mergeKubeconfigs(files: string[]): Promise<string> {
  const merged = new KubeConfig();
  for (const file of files) {
    const one = new KubeConfig();
    one.loadFromString(await readFile(file, "utf8"));
    merged.mergeConfig(one, true);
  }
  const [first] = merged.getContexts();
  if (first !== undefined) merged.setCurrentContext(first.name);
  return merged.exportConfig();
}
