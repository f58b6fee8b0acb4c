import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { type Deployment, LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import type { PulumiToolchain } from "../../../lab/toolchain";
import { loadExeca } from "../../../lab/toolchain/run";
import { pulumi } from "../../../ops/pulumi-cli";
import { killTree } from "./kill";

const REPOSITORY = resolve(__dirname, "../../..");
const PROJECT = "istio-multicluster";
const STACK = "trial";
const CLUSTER = "cluster1";
const SECRET_MARK = "4dabf18193072939515e22adb298388d";

/** A secret output of the stack, which no command may write in clear. */
export const SECRET = "the root's private key";

/** How the Pulumi CLI is told of its backend. */
export type BackendSource = "PULUMI_BACKEND_URL" | "login" | "Pulumi.yaml";

/** A stack of the real Pulumi CLI in a backend of its own, and the state that a killed `up` of this program leaves. */
export class TrialStack {
  public readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "trial-stack-")));
  public readonly name = STACK;
  public workspace!: LocalWorkspace;

  private constructor(
    private readonly toolchain: PulumiToolchain,
    private readonly env: Record<string, string>,
  ) {}

  /**
   * @param server - API server of the stack's one cluster
   * @param source - how Pulumi is told of the backend, a folder of the stack's own
   */
  public static async start(
    toolchain: PulumiToolchain,
    server: string,
    source: BackendSource,
  ): Promise<TrialStack> {
    const trial = new TrialStack(toolchain, {
      PULUMI_CONFIG_PASSPHRASE: "trial",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_BACKEND_URL: "",
      PATH: [
        join(toolchain.bin.pulumi, ".."),
        toolchain.pluginDir,
        join(REPOSITORY, "node_modules/.bin"),
        process.env["PATH"],
        join(REPOSITORY, "lab/language-host"),
      ].join(delimiter),
    });
    await trial.configure(server, source);
    return trial;
  }

  public get stateFolder(): string {
    return join(this.folder, "state");
  }

  /** The stack's file in a file backend. */
  public get stateFile(): string {
    return join(this.stateFolder, ".pulumi/stacks", PROJECT, `${STACK}.json`);
  }

  public get lockFolder(): string {
    return join(this.stateFolder, ".pulumi/locks/organization", PROJECT, STACK);
  }

  private async configure(server: string, source: BackendSource): Promise<void> {
    const project = join(this.folder, "project");
    for (const folder of [project, this.stateFolder, join(this.folder, "home")]) mkdirSync(folder);
    const url = `file://${this.stateFolder}`;
    this.env["PULUMI_HOME"] = join(this.folder, "home");
    if (source === "PULUMI_BACKEND_URL") this.env["PULUMI_BACKEND_URL"] = url;
    writeFileSync(
      join(project, "Pulumi.yaml"),
      stringify({
        name: PROJECT,
        runtime: { name: "nodejs", options: { typescript: false } },
        main: join(__dirname, "waiting-program.cjs"),
        ...(source === "Pulumi.yaml" ? { backend: { url } } : {}),
      }),
    );
    const kubeconfigFile = join(this.folder, "kubeconfig");
    writeFileSync(kubeconfigFile, kubeconfig(server));
    const mesh = {
      clusters: [{ name: CLUSTER, network: "network1", access: { kubeconfigFile, context: CLUSTER } }],
    };
    writeFileSync(
      join(project, `Pulumi.${STACK}.yaml`),
      stringify({ config: { [`${PROJECT}:mesh`]: mesh } }),
    );
    this.workspace = await LocalWorkspace.create({
      workDir: project,
      envVars: this.env,
      pulumiCommand: await PulumiCommand.get({ root: join(this.toolchain.bin.pulumi, "../..") }),
    });
    if (source === "login") await pulumi(this.workspace, ["login", url]);
    await pulumi(this.workspace, ["stack", "init", STACK]);
    await this.interrupt();
  }

  /** Gives the stack a secret, and the state of an `up` that was killed while it installed Istio's base. */
  private async interrupt(): Promise<void> {
    const urn = (type: string, name: string) => `urn:pulumi:${STACK}::${PROJECT}::${type}::${name}`;
    const provider = urn("pulumi:providers:kubernetes", CLUSTER);
    const { deployment, ...rest } = await this.state();
    const secret = { [SECRET_MARK]: "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify(SECRET) };
    const root = "pulumi:pulumi:Stack";
    const resources = [
      { urn: urn(root, `${PROJECT}-${STACK}`), custom: false, type: root, outputs: { key: secret } },
      { urn: provider, custom: true, id: "0b9c", type: "pulumi:providers:kubernetes" },
    ];
    const state = { ...rest, deployment: { ...(deployment as object), resources } };
    const input = JSON.stringify(state);
    await pulumi(this.workspace, ["stack", "import", "--stack", STACK], { input });
    const release = "kubernetes:helm.sh/v3:Release";
    const base = {
      urn: urn(release, `${CLUSTER}-base`),
      custom: true,
      type: release,
      provider: `${provider}::0b9c`,
      inputs: { name: "istio-base", namespace: "istio-system" },
    };
    // An import would leave them out.
    this.editState((latest) => ({ ...latest, pending_operations: [{ resource: base, type: "creating" }] }));
  }

  /** Changes the state behind Pulumi's back. */
  public editState(edit: (latest: object) => object): void {
    const file = JSON.parse(readFileSync(this.stateFile, "utf8")) as { checkpoint: { latest: object } };
    file.checkpoint.latest = edit(file.checkpoint.latest);
    writeFileSync(this.stateFile, JSON.stringify(file));
  }

  public async state(): Promise<Deployment> {
    const { stdout } = await pulumi(this.workspace, ["stack", "export", "--stack", STACK]);
    return JSON.parse(stdout) as Deployment;
  }

  /** How many operations the state has as begun. */
  public async pending(): Promise<number> {
    const { deployment } = await this.state();
    return (deployment as { pending_operations?: object[] }).pending_operations?.length ?? 0;
  }

  /** Starts an `up` that holds the lock until it is killed. */
  public up(): ChildProcess {
    const args = ["up", "--stack", STACK, "--yes", "--skip-preview", "--non-interactive"];
    return spawn(this.toolchain.bin.pulumi, args, {
      cwd: this.workspace.workDir,
      env: { ...process.env, ...this.env },
      stdio: "ignore",
    });
  }

  /** Runs a command of this program as users do. */
  public async command(name: string, env: Record<string, string> = {}) {
    const execa = await loadExeca();
    const tsx = join(REPOSITORY, "node_modules/.bin/tsx");
    return execa(tsx, [join(REPOSITORY, "ops/cli.ts"), name, "--stack", STACK], {
      cwd: this.workspace.workDir,
      env: { ...this.env, ...env },
      reject: false,
    });
  }

  public readLock(file: string): { pid: number } {
    return JSON.parse(readFileSync(join(this.lockFolder, file), "utf8")) as { pid: number };
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Kills what {@link TrialStack.up} started, with everything under it. */
export async function killUp(up: ChildProcess): Promise<void> {
  if (up.exitCode === null && up.signalCode === null) await killTree(up.pid ?? 0);
}

function kubeconfig(server: string): string {
  return stringify({
    clusters: [{ name: CLUSTER, cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: CLUSTER, user: { token: "t" } }],
    contexts: [{ name: CLUSTER, context: { cluster: CLUSTER, user: CLUSTER } }],
  });
}
