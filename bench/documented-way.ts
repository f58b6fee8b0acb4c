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
