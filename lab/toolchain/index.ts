import { join } from "node:path";
import { defaultCacheFolder, type InstalledTool } from "./cache";
import { ensureTools } from "./ensure";
import { labCommands } from "./host-packages";
import { linkPlugins } from "./plugins";
import { type ToolName, tools } from "./tools";

export { defaultCacheFolder } from "./cache";
export { findExecutable } from "./run";

export interface ToolchainOptions {
  /**
   * Where built tools are kept.
   * @default - $ISTIO_MULTICLUSTER_CACHE, else istio-multicluster in $XDG_CACHE_HOME or ~/.cache
   */
  cacheDir?: string;
  /**
   * Takes the progress line by line.
   * @default - rows on standard output
   */
  log?: (line: string) => void;
  /** Tools to have besides those of every lab. @default [] */
  onDemand?: OnDemandTool[];
}

/** A tool that is built only for labs that ask for it. */
export type OnDemandTool = {
  [Name in ToolName]: (typeof tools)[Name] extends { onDemand: true } ? Name : never;
}[ToolName];

/** Every native part of the lab, as absolute paths. */
export interface Toolchain {
  bin: {
    pulumi: string;
    etcd: string;
    kwok: string;
    kwokctl: string;
    kubeApiserver: string;
    kubeControllerManager: string;
    kubeScheduler: string;
    kubeProxy: string;
    kubectl: string;
    pilotDiscovery: string;
    pilotAgent: string;
    istioctl: string;
    envoy: string;
    /** Like `vault` only where it was asked for. */
    certManagerController?: string | undefined;
    vault?: string | undefined;
  };
  /** Folder with pulumi-resource-kubernetes and pulumi-resource-tls, to be put on PATH. */
  pluginDir: string;
  /** Folder with Istio's charts base, istiod, gateway and cni. Their hub and tag have to be set by values. */
  charts: string;
  /** Folder with cert-manager's CRDs, which are templates of a Helm chart; only where it was asked for. */
  certManagerCrds?: string | undefined;
  /** pilot-agent's template of Envoy's bootstrap configuration. */
  envoyBootstrap: string;
  versions: Record<ToolName, string>;
}

/** Checks the host for what the lab needs and returns the toolchain, after building what is missing of it. */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  const cacheDir = options.cacheDir ?? defaultCacheFolder();
  const { log, onDemand = [] } = options;
  const names = (Object.keys(tools) as ToolName[]).filter(isForEveryLab);
  const installed = await ensureTools(names, { cacheDir, log, hostCommands: labCommands });
  const extra: Partial<Record<ToolName, InstalledTool>> = await ensureTools(onDemand, { cacheDir, log });
  const { etcd, kwok, kubernetes, istio, envoy, pulumi } = installed;
  const files = installed["istio-files"].folder!;
  return {
    bin: {
      pulumi: pulumi.bin.pulumi!,
      etcd: etcd.bin.etcd!,
      kwok: kwok.bin.kwok!,
      kwokctl: kwok.bin.kwokctl!,
      kubeApiserver: kubernetes.bin["kube-apiserver"]!,
      kubeControllerManager: kubernetes.bin["kube-controller-manager"]!,
      kubeScheduler: kubernetes.bin["kube-scheduler"]!,
      kubeProxy: kubernetes.bin["kube-proxy"]!,
      kubectl: kubernetes.bin.kubectl!,
      pilotDiscovery: istio.bin["pilot-discovery"]!,
      pilotAgent: istio.bin["pilot-agent"]!,
      istioctl: istio.bin.istioctl!,
      envoy: envoy.bin.envoy!,
      certManagerController: extra["cert-manager"]?.bin["cert-manager-controller"],
      vault: extra.vault?.bin.vault,
    },
    pluginDir: await linkPlugins(cacheDir, [
      installed["pulumi-kubernetes"].bin["pulumi-resource-kubernetes"]!,
      installed["pulumi-tls"].bin["pulumi-resource-tls"]!,
    ]),
    charts: join(files, "charts"),
    certManagerCrds: extra["cert-manager-files"] && join(extra["cert-manager-files"].folder!, "crds"),
    envoyBootstrap: join(files, "envoy_bootstrap.json"),
    versions: Object.fromEntries(
      (Object.keys(tools) as ToolName[]).map((name) => [name, tools[name].version]),
    ) as Record<ToolName, string>,
  };
}

function isForEveryLab(name: ToolName): name is Exclude<ToolName, OnDemandTool> {
  return !("onDemand" in tools[name]);
}
