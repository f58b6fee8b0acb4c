import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { API_PORT } from "../network/addresses";
import { writeFileAtomically } from "../state";
import type { Toolchain } from "../toolchain";
import { run } from "../toolchain/run";
import { type ControlPlane, controlPlaneFiles, ETCD_URL } from "./control-plane-services";

const configFile = ({ folder }: ControlPlane) => join(folder, "kubeadm.yaml");

/** Makes certificates, keys and the kubeconfigs of the control plane's own processes. */
export async function createCredentials(plane: ControlPlane, { bin, versions }: Toolchain): Promise<void> {
  const config = configFile(plane);
  await writeFile(
    config,
    kubeadmConfig(plane, versions.kubernetes)
      .map((document) => stringify(document, { compat: "yaml-1.1" }))
      .join("---\n"),
  );
  await kubeadm(plane, bin, ["init", "phase", "certs", "all", "--config", config]);
  const target = ["--kubeconfig-dir", plane.folder];
  await kubeadm(plane, bin, ["init", "phase", "kubeconfig", "all", "--config", config, ...target]);
}

/** The kubeconfig of the kubelet of a node. Returns its path. */
export async function ensureNodeKubeconfig(
  plane: ControlPlane,
  { bin }: Toolchain,
  node: string,
): Promise<string> {
  const path = join(plane.folder, "nodes", `${node}.conf`);
  if (existsSync(path)) return path;
  await mkdir(join(plane.folder, "nodes"), { recursive: true });
  const identity = ["--client-name", `system:node:${node}`, "--org", "system:nodes"];
  const kubeconfig = ["kubeconfig", "user", "--config", configFile(plane), ...identity];
  await writeFileAtomically(path, await kubeadm(plane, bin, kubeconfig));
  return path;
}

function kubeadm({ folder }: ControlPlane, bin: Toolchain["bin"], args: string[]): Promise<string> {
  return run(bin.kubeadm, args, { log: join(folder, "kubeadm.log") });
}

/** What kubeadm has to know to make certificates and kubeconfigs; it starts nothing here. */
export function kubeadmConfig(plane: ControlPlane, kubernetesVersion: string): object[] {
  const { api, serviceCidr } = plane.addresses;
  const apiVersion = "kubeadm.k8s.io/v1beta4";
  return [
    {
      apiVersion,
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: api, bindPort: API_PORT },
      // Else it would be the machine's host name.
      nodeRegistration: { name: plane.name },
    },
    {
      apiVersion,
      kind: "ClusterConfiguration",
      clusterName: plane.name,
      // Without it kubeadm asks the internet for the newest one.
      kubernetesVersion: `v${kubernetesVersion}`,
      certificatesDir: controlPlaneFiles(plane).pki,
      controlPlaneEndpoint: `${api}:${API_PORT}`,
      networking: { serviceSubnet: serviceCidr },
      // RSA keys take seconds.
      encryptionAlgorithm: "ECDSA-P256",
      etcd: { external: { endpoints: [ETCD_URL], caFile: "", certFile: "", keyFile: "" } },
    },
  ];
}
