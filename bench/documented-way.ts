import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../lab";
import type { Toolchain } from "../lab/toolchain";
import { loadExeca } from "../lab/toolchain/run";
import { limited } from "../verify/kube/limit";
import { CROSS_NETWORK_GATEWAY, eastWestOperator } from "./documented-objects";

type LabCluster = Lab["clusters"][number];

/**
 * Builds the control planes and links of a mesh as Istio's documentation does it by hand: certificates by openssl,
 * `istioctl install` per cluster, `istioctl create-remote-secret` per ordered pair, one after the other.
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary/
 */
export async function documentedWay(
  { clusters }: Lab,
  toolchain: Toolchain,
  folder: string,
  values: readonly string[],
): Promise<void> {
  const byHand = new ByHand(toolchain, folder);
  await byHand.makeRoot();
  for (const cluster of clusters) {
    await byHand.plugInCa(cluster);
    await byHand.installIstio(cluster, "network1", values);
  }
  for (const observed of clusters) {
    for (const observer of clusters.filter((cluster) => cluster !== observed)) {
      await byHand.link(observer, observed);
    }
  }
}

/** Of more at once, each takes the others' memory and time. */
const AT_ONCE = 16;

/**
 * The same for those who know their shell, as by `xargs -P 16`: clusters at once, then observed clusters at once, for each
 * of which its Secret is made once, and at last observers at once, each of which gets all of its Secrets together.
 */
export async function documentedWayInParallel(
  { clusters }: Lab,
  toolchain: Toolchain,
  folder: string,
  values: readonly string[],
): Promise<void> {
  const byHand = new ByHand(toolchain, folder);
  await byHand.makeRoot();
  await atOnce(clusters, async (cluster) => {
    await byHand.plugInCa(cluster);
    await byHand.installIstio(cluster, "network1", values);
  });
  const secrets = new Map<LabCluster, string>();
  await atOnce(clusters, async (observed) => {
    secrets.set(observed, await byHand.remoteSecret(observed));
  });
  await atOnce(clusters, async (observer) => {
    const others = [...secrets].filter(([observed]) => observed !== observer);
    await byHand.apply(observer, others.map(([, secret]) => secret).join("\n---\n"));
  });
}

async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const inTurn = limited(AT_ONCE);
  await Promise.all(items.map((item) => inTurn(() => work(item))));
}

/** The documented steps one by one; certificates are files of a folder. */
export class ByHand {
  public constructor(
    private readonly toolchain: Toolchain,
    private readonly folder: string,
  ) {}

  public async makeRoot(): Promise<void> {
    await this.run("openssl", ["ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "root-key.pem"]);
    await this.run("openssl", [
      ...["req", "-x509", "-new", "-key", "root-key.pem", "-days", "3650", "-subj", "/O=Istio/CN=Root CA"],
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature", "-out", "root-cert.pem"],
    ]);
  }

  /** Makes istio-system with an intermediate under the root. */
  public async plugInCa({ name, kubeconfig }: LabCluster): Promise<void> {
    await this.makeIntermediate(name);
    await this.kubectl(kubeconfig, ["create", "namespace", "istio-system"]);
    const files = ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"];
    await this.kubectl(kubeconfig, [
      ...["create", "secret", "generic", "cacerts", "-n", "istio-system"],
      ...files.map((file) => `--from-file=${file}=${name}-${file}`),
    ]);
  }

  public async installIstio(
    { name, kubeconfig }: LabCluster,
    network: string,
    values: readonly string[],
  ): Promise<void> {
    const settings = [
      ...["values.global.meshID=mesh1", `values.global.multiCluster.clusterName=${name}`],
      ...[`values.global.network=${network}`, ...values],
    ];
    await this.run(this.toolchain.bin.istioctl, [
      ...["install", "-y", "--kubeconfig", kubeconfig, "--set", "profile=minimal"],
      ...settings.flatMap((setting) => ["--set", setting]),
    ]);
  }

  /**
   * What `samples/multicluster/gen-eastwest-gateway.sh` has istioctl install.
   * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
   */
  public async installGateway(
    { name, kubeconfig }: LabCluster,
    network: string,
    values: readonly string[],
  ): Promise<void> {
    const file = `${name}-eastwest.yaml`;
    await writeFile(join(this.folder, file), JSON.stringify(eastWestOperator(network)));
    await this.run(this.toolchain.bin.istioctl, [
      ...["install", "-y", "--kubeconfig", kubeconfig, "-f", file],
      ...values.flatMap((setting) => ["--set", setting]),
    ]);
  }

  public async exposeServices({ kubeconfig }: LabCluster): Promise<void> {
    const apply = ["apply", "-n", "istio-system", "-f", "-"];
    await this.kubectl(kubeconfig, apply, JSON.stringify(CROSS_NETWORK_GATEWAY));
  }

  /** Tells istiod the network of its cluster's pods. */
  public async labelNetwork({ kubeconfig }: LabCluster, network: string): Promise<void> {
    await this.kubectl(kubeconfig, [
      "label",
      "namespace",
      "istio-system",
      `topology.istio.io/network=${network}`,
    ]);
  }

  public async link(observer: LabCluster, observed: LabCluster): Promise<void> {
    await this.apply(observer, await this.remoteSecret(observed));
  }

  public remoteSecret({ name, kubeconfig, apiServer }: LabCluster): Promise<string> {
    return this.run(this.toolchain.bin.istioctl, [
      ...["create-remote-secret", "--kubeconfig", kubeconfig],
      ...["--name", name, "--server", apiServer],
    ]);
  }

  public async apply({ kubeconfig }: LabCluster, manifest: string): Promise<void> {
    await this.kubectl(kubeconfig, ["apply", "-f", "-"], manifest);
  }

  private async makeIntermediate(name: string): Promise<void> {
    // A file of its own for each: several may be made at once.
    const extensions = join(this.folder, `${name}.ext`);
    await writeFile(
      extensions,
      "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\nsubjectAltName=DNS:istiod.istio-system.svc\n",
    );
    await this.run("openssl", [
      ...["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}-ca-key.pem`],
    ]);
    await this.run("openssl", [
      ...["req", "-new", "-key", `${name}-ca-key.pem`, "-subj", `/O=Istio/L=${name}/CN=Intermediate CA`],
      ...["-out", `${name}.csr`],
    ]);
    await this.run("openssl", [
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "root-cert.pem", "-CAkey", "root-key.pem"],
      ...[
        "-CAcreateserial",
        "-CAserial",
        `${name}.srl`,
        "-days",
        "730",
        "-extfile",
        extensions,
        "-out",
        `${name}-ca-cert.pem`,
      ],
    ]);
    await this.run("sh", ["-c", `cat ${name}-ca-cert.pem root-cert.pem > ${name}-cert-chain.pem`]);
    await this.run("cp", ["root-cert.pem", `${name}-root-cert.pem`]);
  }

  private kubectl(kubeconfig: string, args: string[], input?: string): Promise<string> {
    return this.run(this.toolchain.bin.kubectl, ["--kubeconfig", kubeconfig, ...args], input);
  }

  private async run(tool: string, args: string[], input = ""): Promise<string> {
    const execa = await loadExeca();
    const { stdout } = await execa(tool, args, { cwd: this.folder, input });
    return stdout;
  }
}
