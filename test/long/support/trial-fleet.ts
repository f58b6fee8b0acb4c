import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { stringify } from "yaml";
import { ensurePulumiToolchain, type PulumiToolchain } from "../../../lab/toolchain";
import { loadExeca } from "../../../lab/toolchain/run";
import { labMeshConfig } from "../../../ops/lab-mesh";
import { stackEnvironment } from "../../../ops/stack";
import { kubeconfig } from "../../support/kubeconfigs";
import { rootCertificate } from "../../support/pki";

const REPOSITORY = resolve(__dirname, "../../..");
const CLUSTERS = ["cluster1", "cluster2"];

/** Name of the mesh. */
export const MESH = "prod";

/** A mesh in several stacks of the real Pulumi CLI, in a project and a backend of its own, whose clusters nobody reaches. */
export class TrialFleet {
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "trial-fleet-")));
  private readonly project = join(this.folder, "project");
  private readonly stateDir = join(this.folder, "state");
  /** What `istio-multicluster:mesh` says. */
  public mesh: Record<string, unknown> = {};

  private constructor(private readonly toolchain: PulumiToolchain) {}

  public static async start(): Promise<TrialFleet> {
    const trial = new TrialFleet(await ensurePulumiToolchain());
    for (const folder of [trial.project, trial.stateDir]) mkdirSync(folder);
    trial.write("Pulumi.yaml", {
      name: "istio-multicluster",
      runtime: { name: "nodejs", options: { typescript: false, nodeargs: `--require ${TSX}` } },
      main: join(REPOSITORY, "index.ts"),
      config: { "pulumi:disable-default-providers": { value: ["kubernetes"] } },
    });
    trial.write("package.json", { scripts: { fleet: fleetScript() } });
    const ca = Buffer.from(await rootCertificate()).toString("base64");
    const file = join(trial.folder, "kubeconfig");
    const entries = CLUSTERS.map((name, index) => ({
      name,
      cluster: { server: serverOf(index), "certificate-authority-data": ca },
    }));
    writeFileSync(file, kubeconfig(entries));
    const clusters = CLUSTERS.map((name, index) => ({ name, network: `network${index + 1}` }));
    const { charts, versions } = trial.toolchain;
    trial.mesh = {
      ...labMeshConfig(clusters, versions.istio, { kubeconfig: file, charts }),
      loopbackIsShared: true,
    };
    trial.describe(trial.mesh);
    return trial;
  }

  /** Writes what the mesh is. */
  public describe(mesh: object): void {
    this.write(`Pulumi.${MESH}.yaml`, { config: { "istio-multicluster:mesh": mesh } });
  }

  /** Where a file of the project is. */
  public file(name: string): string {
    return join(this.project, name);
  }

  private write(name: string, content: object): void {
    writeFileSync(this.file(name), name.endsWith(".json") ? JSON.stringify(content) : stringify(content));
  }

  private environment(): Record<string, string> {
    const { bin, pluginDir } = this.toolchain;
    const own = stackEnvironment({
      stack: MESH,
      workDir: this.project,
      stateDir: this.stateDir,
      passphrase: "trial",
      pulumi: bin.pulumi,
      pluginDir,
    });
    const PATH = [join(bin.pulumi, ".."), own["PATH"]].join(delimiter);
    return { ...own, PATH, PULUMI_HOME: join(this.folder, "home"), NO_UPDATE_NOTIFIER: "1" };
  }

  /** Runs a command of the fleet as users do. @param env - what is not as it is for the others */
  public async run(command: string, env: Record<string, string> = {}) {
    const execa = await loadExeca();
    const { stdout, stderr, exitCode } = await execa("npm", commandLine(command), {
      cwd: this.project,
      env: { ...this.environment(), ...env },
      reject: false,
    });
    return { stdout, stderr, exitCode };
  }

  /**
   * Runs a command in the foreground of a terminal, as far as signals go, and presses Ctrl-C once it has said something.
   *
   * @returns all that it said
   */
  public async interrupt(command: string, said: RegExp) {
    const child = spawn("npm", commandLine(command), {
      cwd: this.project,
      env: { ...process.env, ...this.environment() },
      detached: true,
    });
    let output = "";
    let pressed = false;
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
      if (pressed || !said.test(output)) return;
      pressed = true;
      process.kill(-(child.pid ?? 0), "SIGINT");
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    const exitCode = await new Promise<number | null>((ended) => child.once("close", ended));
    return { output, exitCode };
  }

  /** Locks a stack for a process that runs, as its `pulumi up` would. @returns what ends that */
  public lock(stack: string, pid: number): () => void {
    const folder = join(this.stateDir, ".pulumi/locks/organization/istio-multicluster", stack);
    const file = join(folder, "a-lock.json");
    mkdirSync(folder, { recursive: true });
    const timestamp = new Date().toISOString();
    writeFileSync(file, JSON.stringify({ pid, username: "me", hostname: hostname(), timestamp }));
    return () => rmSync(file);
  }

  /** Leaves of what describes a stack's state what a killed `pulumi` does at times. @returns that file */
  public tear(stack: string): string {
    const file = `.pulumi/stacks/istio-multicluster/${stack}.json.zst.attrs`;
    writeFileSync(join(this.stateDir, file), "");
    return file;
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const TSX = join(REPOSITORY, "node_modules/tsx/dist/cjs/index.cjs");

/** Where nothing listens. */
export function serverOf(index: number): string {
  return `https://127.0.0.1:${2001 + index}`;
}

function commandLine(command: string): string[] {
  return ["run", "--silent", "fleet", "--", ...command.split(" "), "--stack", MESH];
}

/** What npm runs in this repository, for a project that is elsewhere. */
function fleetScript(): string {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
    scripts: { fleet: string };
  };
  return scripts.fleet.replace("tsx/cjs", TSX).replace("ops/cli.ts", join(REPOSITORY, "ops/cli.ts"));
}
