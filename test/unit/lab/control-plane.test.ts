import { describe, expect, it } from "vitest";
import { type ControlPlane, controlPlaneServices } from "../../../lab/clusters/control-plane-services";
import { kubeadmConfig } from "../../../lab/clusters/kubeadm";
import { clusterAddresses } from "../../../lab/network/addresses";
import type { Toolchain } from "../../../lab/toolchain";

const plane: ControlPlane = {
  name: "east",
  namespace: "im.a.node.east",
  addresses: clusterAddresses(0, { index: 1 }),
  folder: "/labs/a/clusters/east/control-plane",
  kubeconfig: "/labs/a/clusters/east/kubeconfig.yaml",
  auditLog: undefined,
  aggregatorRouting: false,
};
const bin = {
  etcd: "/bin/etcd",
  kubeApiserver: "/bin/kube-apiserver",
  kubeControllerManager: "/bin/kube-controller-manager",
  kubeScheduler: "/bin/kube-scheduler",
} as Toolchain["bin"];

const commandLines = (of: ControlPlane) =>
  Object.values(controlPlaneServices(of, bin)).map((command) => command.join(" "));

describe("the services of a control plane", () => {
  it("share no file with another cluster's", () => {
    const west = { ...plane, folder: "/labs/a/clusters/west/control-plane" };
    for (const line of commandLines(west)) expect(line).not.toContain("/east/");
  });

  it("serve on the cluster's address, and log requests only if asked", () => {
    const { "kube-apiserver": apiServer } = controlPlaneServices(plane, bin);
    expect(apiServer).toEqual(
      expect.arrayContaining([
        "--bind-address=198.18.1.1",
        "--secure-port=6443",
        "--service-cluster-ip-range=10.101.0.0/24",
        "--authorization-mode=Node,RBAC",
      ]),
    );
    const audit = (auditLog: string | undefined) =>
      controlPlaneServices({ ...plane, auditLog }, bin)["kube-apiserver"]?.filter((arg) =>
        arg.includes("audit"),
      );
    expect(audit(undefined)).toEqual([]);
    expect(audit("/labs/audit.log")).toEqual([
      `--audit-policy-file=${plane.folder}/audit-policy.yaml`,
      "--audit-log-path=/labs/audit.log",
    ]);
  });
});

it("an API server calls webhooks at endpoints only if asked", () => {
  const flag = "--enable-aggregator-routing=true";
  expect(commandLines(plane).join()).not.toContain(flag);
  expect(commandLines({ ...plane, aggregatorRouting: true }).join()).toContain(flag);
});

it("kubeadm asks neither the machine for its name nor the internet for a version", () => {
  const [init, cluster] = kubeadmConfig(plane, "1.34.4");
  expect(init).toMatchObject({
    nodeRegistration: { name: "east" },
    localAPIEndpoint: { advertiseAddress: "198.18.1.1" },
  });
  expect(cluster).toMatchObject({
    kubernetesVersion: "v1.34.4",
    certificatesDir: `${plane.folder}/pki`,
    controlPlaneEndpoint: "198.18.1.1:6443",
  });
});
