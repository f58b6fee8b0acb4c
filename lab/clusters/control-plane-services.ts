import { join } from "node:path";
import { API_PORT, type ClusterAddresses } from "../network/addresses";
import type { Toolchain } from "../toolchain";

/** A control plane: etcd, API server, controller manager and scheduler, in a machine of their own. */
export interface ControlPlane {
  name: string;
  namespace: string;
  addresses: ClusterAddresses;
  /** Folder of its machine, with its certificates and keys, its services' kubeconfigs and etcd's data. */
  folder: string;
  /** The users' kubeconfig. It is written last: where it is, the control plane was made to its end. */
  kubeconfig: string;
  /** File for the API server's log of requests, if it is to have one. */
  auditLog: string | undefined;
  /** Whether the API server calls webhooks at endpoints, and asks the cluster's DNS server for names. */
  aggregatorRouting: boolean;
}

/** Only processes of the same network namespace reach it, so it needs neither certificates nor a port of its own. */
export const ETCD_URL = "http://127.0.0.1:2379";

/** Where a control plane finds what it is started with. */
export const controlPlaneFiles = ({ folder }: Pick<ControlPlane, "folder">) => ({
  pki: join(folder, "pki"),
  ca: join(folder, "pki", "ca.crt"),
  admin: join(folder, "super-admin.conf"),
  auditPolicy: join(folder, "audit-policy.yaml"),
});

/** The services, with the arguments that kubeadm gives them in its static pods where there is no other reason. */
export function controlPlaneServices(plane: ControlPlane, bin: Toolchain["bin"]): Record<string, string[]> {
  const command = (binary: string, flags: Record<string, string>) => [
    binary,
    ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
  ];
  return {
    etcd: command(bin.etcd, {
      "data-dir": join(plane.folder, "etcd"),
      "listen-client-urls": ETCD_URL,
      "advertise-client-urls": ETCD_URL,
      // The only member need not wait for others before it leads: ready after 0.1 s instead of 0.5 s.
      "heartbeat-interval": "10",
      "election-timeout": "100",
      // A power cut may cost the lab its data; in return a write does not wait for the disk.
      "unsafe-no-fsync": "true",
    }),
    "kube-apiserver": command(bin.kubeApiserver, apiServerFlags(plane)),
    "kube-controller-manager": command(bin.kubeControllerManager, controllerManagerFlags(plane)),
    "kube-scheduler": command(bin.kubeScheduler, clientFlags(plane, "scheduler.conf")),
  };
}

function apiServerFlags(plane: ControlPlane): Record<string, string> {
  const { api, serviceCidr } = plane.addresses;
  const { pki, auditPolicy } = controlPlaneFiles(plane);
  const { auditLog, aggregatorRouting } = plane;
  return {
    "tls-cert-file": join(pki, "apiserver.crt"),
    "tls-private-key-file": join(pki, "apiserver.key"),
    "advertise-address": api,
    "bind-address": api,
    "secure-port": String(API_PORT),
    "service-cluster-ip-range": serviceCidr,
    "etcd-servers": ETCD_URL,
    "allow-privileged": "true",
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "client-ca-file": join(pki, "ca.crt"),
    "kubelet-client-certificate": join(pki, "apiserver-kubelet-client.crt"),
    "kubelet-client-key": join(pki, "apiserver-kubelet-client.key"),
    // No DNS server knows a node by its name.
    "kubelet-preferred-address-types": "InternalIP",
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": join(pki, "sa.pub"),
    "service-account-signing-key-file": join(pki, "sa.key"),
    "proxy-client-cert-file": join(pki, "front-proxy-client.crt"),
    "proxy-client-key-file": join(pki, "front-proxy-client.key"),
    "requestheader-client-ca-file": join(pki, "front-proxy-ca.crt"),
    "requestheader-allowed-names": "front-proxy-client",
    "requestheader-username-headers": "X-Remote-User",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    ...(aggregatorRouting ? { "enable-aggregator-routing": "true" } : {}),
    ...(auditLog === undefined ? {} : { "audit-policy-file": auditPolicy, "audit-log-path": auditLog }),
  };
}

function controllerManagerFlags(plane: ControlPlane): Record<string, string> {
  const { pki, ca } = controlPlaneFiles(plane);
  return {
    ...clientFlags(plane, "controller-manager.conf"),
    "root-ca-file": ca,
    "cluster-signing-cert-file": ca,
    "cluster-signing-key-file": join(pki, "ca.key"),
    "service-account-private-key-file": join(pki, "sa.key"),
    "use-service-account-credentials": "true",
    // With 20 a second, the default, getting those credentials takes five seconds.
    "kube-api-qps": "500",
    "kube-api-burst": "500",
  };
}

/** There is one controller manager and one scheduler: a new one need not wait until an old one's lease has run out. */
function clientFlags({ folder }: ControlPlane, file: string): Record<string, string> {
  const kubeconfig = join(folder, file);
  return {
    kubeconfig,
    "leader-elect": "false",
    // Nobody asks for their health or metrics.
    "secure-port": "0",
  };
}
