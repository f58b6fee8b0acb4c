import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab";
import type { Toolchain } from "../lab/toolchain";

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
  const run = (tool: string, args: string[], input?: string) =>
    execFileSync(tool, args, { cwd: folder, encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] });
  const kubectl = (kubeconfig: string, args: string[], input?: string) =>
    run(toolchain.bin.kubectl, ["--kubeconfig", kubeconfig, ...args], input);

  rootCertificate(run);
  for (const { name, kubeconfig } of lab.clusters) {
    intermediate(run, folder, name);
    kubectl(kubeconfig, ["create", "namespace", "istio-system"]);
    const files = ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"];
    kubectl(kubeconfig, [
      ...["create", "secret", "generic", "cacerts", "-n", "istio-system"],
      ...files.map((file) => `--from-file=${file}=${name}-${file}`),
    ]);
    const settings = [
      ...["values.global.meshID=mesh1", `values.global.multiCluster.clusterName=${name}`],
      ...["values.global.network=network1", ...values],
    ];
    run(toolchain.bin.istioctl, [
      ...["install", "-y", "--kubeconfig", kubeconfig, "--set", "profile=minimal"],
      ...settings.flatMap((setting) => ["--set", setting]),
    ]);
  }
  for (const observed of lab.clusters) {
    for (const observer of lab.clusters.filter((cluster) => cluster !== observed)) {
      const secret = run(toolchain.bin.istioctl, [
        ...["create-remote-secret", "--kubeconfig", observed.kubeconfig],
        ...["--name", observed.name, "--server", observed.apiServer],
      ]);
      kubectl(observer.kubeconfig, ["apply", "-f", "-"], secret);
    }
  }
}

type Run = (tool: string, args: string[]) => string;

function rootCertificate(run: Run): void {
  run("openssl", ["ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "root-key.pem"]);
  run("openssl", [
    ...["req", "-x509", "-new", "-key", "root-key.pem", "-days", "3650", "-subj", "/O=Istio/CN=Root CA"],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature", "-out", "root-cert.pem"],
  ]);
}

function intermediate(run: Run, folder: string, name: string): void {
  const extensions = join(folder, "intermediate.ext");
  writeFileSync(
    extensions,
    "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\nsubjectAltName=DNS:istiod.istio-system.svc\n",
  );
  run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}-ca-key.pem`]);
  run("openssl", [
    ...["req", "-new", "-key", `${name}-ca-key.pem`, "-subj", `/O=Istio/L=${name}/CN=Intermediate CA`],
    ...["-out", `${name}.csr`],
  ]);
  run("openssl", [
    ...["x509", "-req", "-in", `${name}.csr`, "-CA", "root-cert.pem", "-CAkey", "root-key.pem"],
    ...["-CAcreateserial", "-days", "730", "-extfile", extensions, "-out", `${name}-ca-cert.pem`],
  ]);
  run("sh", ["-c", `cat ${name}-ca-cert.pem root-cert.pem > ${name}-cert-chain.pem`]);
  run("cp", ["root-cert.pem", `${name}-root-cert.pem`]);
}
