import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab";
import type { Toolchain } from "../lab/toolchain";

type LabCluster = Lab["clusters"][number];

/**
 * Builds the control planes and links of a mesh as Istio's documentation does it by hand: certificates by openssl,
 * `istioctl install` per cluster, `istioctl create-remote-secret` per ordered pair, one after the other.
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary/
 */
export function documentedWay(
  lab: Lab,
  toolchain: Toolchain,
  folder: string,
  values: readonly string[],
): void {
  const byHand = new ByHand(toolchain, folder);
  byHand.makeRoot();
  for (const cluster of lab.clusters) {
    byHand.plugInCa(cluster);
    byHand.installIstio(cluster, "network1", values);
  }
  for (const observed of lab.clusters) {
    for (const observer of lab.clusters.filter((cluster) => cluster !== observed)) {
      byHand.link(observer, observed);
    }
  }
}

/** The documented steps one by one; certificates are files of a folder. */
export class ByHand {
  public constructor(
    private readonly toolchain: Toolchain,
    private readonly folder: string,
  ) {}

  public makeRoot(): void {
    this.run("openssl", ["ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "root-key.pem"]);
    this.run("openssl", [
      ...["req", "-x509", "-new", "-key", "root-key.pem", "-days", "3650", "-subj", "/O=Istio/CN=Root CA"],
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature", "-out", "root-cert.pem"],
    ]);
  }

  /** Makes istio-system with an intermediate under the root. */
  public plugInCa({ name, kubeconfig }: LabCluster): void {
    this.makeIntermediate(name);
    this.kubectl(kubeconfig, ["create", "namespace", "istio-system"]);
    const files = ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"];
    this.kubectl(kubeconfig, [
      ...["create", "secret", "generic", "cacerts", "-n", "istio-system"],
      ...files.map((file) => `--from-file=${file}=${name}-${file}`),
    ]);
  }

  public installIstio({ name, kubeconfig }: LabCluster, network: string, values: readonly string[]): void {
    const settings = [
      ...["values.global.meshID=mesh1", `values.global.multiCluster.clusterName=${name}`],
      ...[`values.global.network=${network}`, ...values],
    ];
    this.run(this.toolchain.bin.istioctl, [
      ...["install", "-y", "--kubeconfig", kubeconfig, "--set", "profile=minimal"],
      ...settings.flatMap((setting) => ["--set", setting]),
    ]);
  }

  /**
   * What `samples/multicluster/gen-eastwest-gateway.sh` has istioctl install.
   * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
   */
  public installGateway({ name, kubeconfig }: LabCluster, network: string, values: readonly string[]): void {
    const file = `${name}-eastwest.yaml`;
    writeFileSync(join(this.folder, file), JSON.stringify(eastWestOperator(network)));
    this.run(this.toolchain.bin.istioctl, [
      ...["install", "-y", "--kubeconfig", kubeconfig, "-f", file],
      ...values.flatMap((setting) => ["--set", setting]),
    ]);
  }

  public exposeServices({ kubeconfig }: LabCluster): void {
    const apply = ["apply", "-n", "istio-system", "-f", "-"];
    this.kubectl(kubeconfig, apply, JSON.stringify(CROSS_NETWORK_GATEWAY));
  }

  /** Tells istiod the network of its cluster's pods. */
  public labelNetwork({ kubeconfig }: LabCluster, network: string): void {
    this.kubectl(kubeconfig, ["label", "namespace", "istio-system", `topology.istio.io/network=${network}`]);
  }

  public link(observer: LabCluster, observed: LabCluster): void {
    const secret = this.run(this.toolchain.bin.istioctl, [
      ...["create-remote-secret", "--kubeconfig", observed.kubeconfig],
      ...["--name", observed.name, "--server", observed.apiServer],
    ]);
    this.kubectl(observer.kubeconfig, ["apply", "-f", "-"], secret);
  }

  private makeIntermediate(name: string): void {
    const extensions = join(this.folder, "intermediate.ext");
    writeFileSync(
      extensions,
      "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\nsubjectAltName=DNS:istiod.istio-system.svc\n",
    );
    this.run("openssl", [
      ...["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}-ca-key.pem`],
    ]);
    this.run("openssl", [
      ...["req", "-new", "-key", `${name}-ca-key.pem`, "-subj", `/O=Istio/L=${name}/CN=Intermediate CA`],
      ...["-out", `${name}.csr`],
    ]);
    this.run("openssl", [
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "root-cert.pem", "-CAkey", "root-key.pem"],
      ...["-CAcreateserial", "-days", "730", "-extfile", extensions, "-out", `${name}-ca-cert.pem`],
    ]);
    this.run("sh", ["-c", `cat ${name}-ca-cert.pem root-cert.pem > ${name}-cert-chain.pem`]);
    this.run("cp", ["root-cert.pem", `${name}-root-cert.pem`]);
  }

  private kubectl(kubeconfig: string, args: string[], input?: string): string {
    return this.run(this.toolchain.bin.kubectl, ["--kubeconfig", kubeconfig, ...args], input);
  }

  private run(tool: string, args: string[], input?: string): string {
    return execFileSync(tool, args, {
      cwd: this.folder,
      encoding: "utf8",
      input,
      stdio: ["pipe", "pipe", "pipe"],
    });
  }
}

function eastWestOperator(network: string) {
  const port = (name: string, number: number) => ({ name, port: number, targetPort: number });
  return {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "eastwest" },
    spec: {
      profile: "empty",
      components: {
        ingressGateways: [
          {
            name: "istio-eastwestgateway",
            label: {
              istio: "eastwestgateway",
              app: "istio-eastwestgateway",
              "topology.istio.io/network": network,
            },
            enabled: true,
            k8s: {
              env: [{ name: "ISTIO_META_REQUESTED_NETWORK_VIEW", value: network }],
              service: {
                ports: [
                  port("status-port", 15021),
                  port("tls", 15443),
                  port("tls-istiod", 15012),
                  port("tls-webhook", 15017),
                ],
              },
            },
          },
        ],
      },
      values: {
        gateways: { "istio-ingressgateway": { injectionTemplate: "gateway" } },
        global: { network },
      },
    },
  };
}

/** Istio's samples/multicluster/expose-services.yaml. */
const CROSS_NETWORK_GATEWAY = {
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name: "cross-network-gateway" },
  spec: {
    selector: { istio: "eastwestgateway" },
    servers: [
      {
        port: { number: 15443, name: "tls", protocol: "TLS" },
        tls: { mode: "AUTO_PASSTHROUGH" },
        hosts: ["*.local"],
      },
    ],
  },
} as const;
