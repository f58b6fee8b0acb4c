import { join } from "node:path";
import { defaultCacheFolder, type InstalledTool } from "./cache";
import { ensureTools } from "./ensure";
import { labCommands } from "./host-packages";
import { ensureImageStore } from "./image-store";
import { labImages } from "./images";
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
  /** Tools and images to have besides those of every lab. @default [] */
  onDemand?: OnDemand[];
}

/** What only labs have that ask for it: tools, or the images of Istio's sample bookinfo. */
export type OnDemand = OnDemandTool | "bookinfo";

type OnDemandTool = ToolsWith<"onDemand">;

type ProgramTool = ToolsWith<"forProgram">;
type ClusterTool = Exclude<ToolName, OnDemandTool | ProgramTool>;
type ToolsWith<Use extends "onDemand" | "forProgram"> = {
  [Name in ToolName]: (typeof tools)[Name] extends Record<Use, true> ? Name : never;
}[ToolName];

/** Every native part of the clusters, as absolute paths. */
export interface Toolchain {
  bin: {
    etcd: string;
    kubeadm: string;
    kubelet: string;
    kubeApiserver: string;
    kubeControllerManager: string;
    kubeScheduler: string;
    kubeProxy: string;
    kubectl: string;
    pilotDiscovery: string;
    pilotAgent: string;
    istioctl: string;
    envoy: string;
    coredns: string;
    /** Like all that follow only where it was asked for. */
    certManagerController?: string | undefined;
    vault?: string | undefined;
    helm?: string | undefined;
    minio?: string | undefined;
    spireServer?: string | undefined;
    spireAgent?: string | undefined;
    spireControllerManager?: string | undefined;
    spiffeCsiDriver?: string | undefined;
    csiNodeDriverRegistrar?: string | undefined;
  };
  /** Folder with Istio's charts base, istiod, gateway and cni. Their hub and tag have to be set by values. */
  charts: string;
  /** Folder with cert-manager's CRDs, which are templates of a Helm chart; only where it was asked for. */
  certManagerCrds?: string | undefined;
  /** pilot-agent's template of Envoy's bootstrap configuration. */
  envoyBootstrap: string;
  /** Root folder of containerd with the images of the lab's pods, to be cloned by each node. */
  imageStore: string;
  versions: Record<ToolName, string>;
}

/** The clusters' toolchain with what deploys a program to them. */
export interface PulumiToolchain extends Toolchain {
  bin: Toolchain["bin"] & { pulumi: string };
  /** Folder with pulumi-resource-kubernetes and pulumi-resource-tls, to be put on PATH. */
  pluginDir: string;
}

const clusterTools = (Object.keys(tools) as ToolName[]).filter(
  (name): name is ClusterTool => !("onDemand" in tools[name] || "forProgram" in tools[name]),
);
const programTools = (Object.keys(tools) as ToolName[]).filter(
  (name): name is ProgramTool => "forProgram" in tools[name],
);

/** Checks the host for what clusters need and returns their toolchain, after building what is missing of it. */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<Toolchain> {
  return clusterToolchain(await ensure(clusterTools, options), options);
}

/** Like {@link ensureToolchain}, with Pulumi and its plugins. */
export async function ensurePulumiToolchain(options: ToolchainOptions = {}): Promise<PulumiToolchain> {
  const installed = await ensure([...clusterTools, ...programTools], options);
  const toolchain = await clusterToolchain(installed, options);
  return {
    ...toolchain,
    bin: { ...toolchain.bin, pulumi: installed.pulumi.bin.pulumi! },
    pluginDir: await linkPlugins(cacheFolder(options), [
      installed["pulumi-kubernetes"].bin["pulumi-resource-kubernetes"]!,
      installed["pulumi-tls"].bin["pulumi-resource-tls"]!,
    ]),
  };
}

async function clusterToolchain(
  installed: Record<ClusterTool, InstalledTool>,
  options: ToolchainOptions,
): Promise<Toolchain> {
  const { onDemand = [] } = options;
  const extraTools = onDemand.filter((name) => name !== "bookinfo");
  const extra: Partial<Record<ToolName, InstalledTool>> = await ensure(extraTools, options);
  const { etcd, kubernetes, istio, envoy, coredns } = installed;
  const files = installed["istio-files"].folder!;
  const toolchain = {
    bin: {
      etcd: etcd.bin.etcd!,
      kubeadm: kubernetes.bin.kubeadm!,
      kubelet: kubernetes.bin.kubelet!,
      kubeApiserver: kubernetes.bin["kube-apiserver"]!,
      kubeControllerManager: kubernetes.bin["kube-controller-manager"]!,
      kubeScheduler: kubernetes.bin["kube-scheduler"]!,
      kubeProxy: kubernetes.bin["kube-proxy"]!,
      kubectl: kubernetes.bin.kubectl!,
      pilotDiscovery: istio.bin["pilot-discovery"]!,
      pilotAgent: istio.bin["pilot-agent"]!,
      istioctl: istio.bin.istioctl!,
      envoy: envoy.bin.envoy!,
      coredns: coredns.bin.coredns!,
      certManagerController: extra["cert-manager"]?.bin["cert-manager-controller"],
      vault: extra.vault?.bin.vault,
      helm: extra.helm?.bin.helm,
      minio: extra.minio?.bin.minio,
      spireServer: extra.spire?.bin["spire-server"],
      spireAgent: extra.spire?.bin["spire-agent"],
      spireControllerManager: extra["spire-controller-manager"]?.bin["spire-controller-manager"],
      spiffeCsiDriver: extra["spiffe-csi"]?.bin["spiffe-csi-driver"],
      csiNodeDriverRegistrar: extra["spiffe-csi"]?.bin["csi-node-driver-registrar"],
    },
    charts: join(files, "charts"),
    certManagerCrds: extra["cert-manager-files"] && join(extra["cert-manager-files"].folder!, "crds"),
    envoyBootstrap: join(files, "envoy_bootstrap.json"),
    versions: Object.fromEntries(
      (Object.keys(tools) as ToolName[]).map((name) => [name, tools[name].version]),
    ) as Record<ToolName, string>,
  };
  const store = { cacheDir: cacheFolder(options), log: options.log };
  const images = labImages({ ...toolchain, bookinfo: onDemand.includes("bookinfo") });
  return { ...toolchain, imageStore: await ensureImageStore(images, store) };
}

function ensure<Name extends ToolName>(
  names: Name[],
  options: ToolchainOptions,
): Promise<Record<Name, InstalledTool>> {
  return ensureTools(names, { cacheDir: cacheFolder(options), log: options.log, hostCommands: labCommands });
}

function cacheFolder({ cacheDir }: ToolchainOptions): string {
  return cacheDir ?? defaultCacheFolder();
}
