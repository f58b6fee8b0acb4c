import { readFileSync } from "node:fs";

/** What the pod runtime of one cluster is told. */
export interface RuntimeConfig {
  lab: string;
  cluster: string;
  node: {
    name: string;
    address: string;
    podCidr: string;
    /** Port on which kwok serves the kubelet's API. */
    kubeletPort: number;
  };
  topology: { region: string; zone: string };
  /** ClusterIP of the Service kubernetes.default. */
  apiService: string;
  /** Range that LoadBalancer addresses are taken from. */
  publicCidr: string;
  kubeconfig: string;
  /** Folder for the pods' files. */
  pods: string;
  binaries: BinaryFiles;
}

/** Files of the host that images are made of. */
export interface BinaryFiles {
  pilotDiscovery: string;
  pilotAgent: string;
  envoy: string;
  envoyBootstrap: string;
  /** Like `vault` only in labs that asked for it. */
  certManagerController?: string | undefined;
  vault?: string | undefined;
}

export function readRuntimeConfig(path: string): RuntimeConfig {
  return JSON.parse(readFileSync(path, "utf8")) as RuntimeConfig;
}
