import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  AboutResponse,
  GetRequiredPackagesResponse,
  GetRequiredPluginsResponse,
  type RunRequest,
  RunResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";

/**
 * The part of Pulumi's Node.js language host that runs a program, so that the lab runs programs as `pulumi up` does.
 * The official host is part of a Pulumi installation and not to be had as a Go module or npm package; where it is
 * installed it comes first on PATH and this one is not used. The program itself is run by the SDK's own entry point.
 *
 * Started by the CLI with the engine's address as last argument; prints the port that it serves, and ends with the CLI.
 */
const engineAddress = process.argv.at(-1) ?? "";
const SDK_ENTRY_POINT = join(__dirname, "../../node_modules/@pulumi/pulumi/cmd/run");

/** Exit code of a program whose error the engine has already shown. */
const BAIL = 32;

async function run({ request }: ServerUnaryCall<RunRequest, RunResponse>): Promise<RunResponse> {
  const program = spawn(process.execPath, programArguments(request), {
    cwd: request.getPwd(),
    env: { ...process.env, ...programEnvironment(request) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = (await once(program, "exit")) as [number | null];
  const response = new RunResponse();
  if (code === BAIL) response.setBail(true);
  else if (code !== 0) response.setError(`the program ended with exit code ${code}`);
  return response;
}

function programArguments(request: RunRequest): string[] {
  const info = request.getInfo();
  return [
    ...(programOptions(request).nodeargs ?? "").split(" ").filter(Boolean),
    SDK_ENTRY_POINT,
    ...["--monitor", request.getMonitorAddress(), "--engine", engineAddress],
    ...["--project", request.getProject(), "--stack", request.getStack(), "--pwd", request.getPwd()],
    ...["--organization", request.getOrganization(), "--parallel", String(request.getParallel())],
    ...["--root-directory", info?.getRootDirectory() ?? request.getPwd()],
    ...(request.getDryrun() ? ["--dry-run"] : []),
    join(info?.getProgramDirectory() ?? request.getPwd(), info?.getEntryPoint() ?? request.getProgram()),
    ...request.getArgsList(),
  ];
}

function programEnvironment(request: RunRequest): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(programOptions(request).typescript ?? true),
  };
}

/** What of Pulumi.yaml's `runtime.options` matters here. */
interface ProgramOptions {
  readonly nodeargs?: string;
  readonly typescript?: boolean;
}

function programOptions(request: RunRequest): ProgramOptions {
  return request.getInfo()?.getOptions()?.toJavaScript() ?? {};
}

/** A handler that answers with what a function returns. */
const answer =
  <Request, Response>(handle: (call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>) =>
  (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void =>
    void Promise.resolve(handle(call)).then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: status.INTERNAL, details: String(error) }),
    );

const server = new Server();
// To all else that the engine may ask, the server says that it is not implemented.
server.addService(LanguageRuntimeService, {
  run: answer(run),
  getPluginInfo: answer(() => new PluginInfo()),
  // Plugins are found on PATH.
  getRequiredPlugins: answer(() => new GetRequiredPluginsResponse()),
  getRequiredPackages: answer(() => new GetRequiredPackagesResponse()),
  about: answer(() => new AboutResponse()),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
// Where the passphrase is wrong the CLI ends without what it else does to a host: it interrupts its process group.
process.stdin.resume().once("end", () => process.kill(0, "SIGINT"));
