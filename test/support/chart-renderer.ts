import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConfigureRequest, InvokeRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { NO_CLUSTER } from "../../components/internal/chart-renderer";
import type { Manifest } from "../../components/internal/manifests";
import { defaultCacheFolder } from "../../lab/toolchain";
import { ensureTools } from "../../lab/toolchain/ensure";

/** How long the first start may take: where nothing is cached, the plugin is compiled. */
export const FIRST_START = 45 * 60_000;

/**
 * Istio's own charts, rendered by what renders them in a run: the plugin of `@pulumi/kubernetes`, configured and asked
 * as the engine does it.
 */
export class ChartRenderer {
  private constructor(
    /** Folder with Istio's charts as they are published. */
    public readonly charts: string,
    private readonly plugin: ChildProcess,
    private readonly client: ResourceProviderClient,
  ) {}

  /** @param kubeconfig - of the cluster that it may ask. Default: none, as in a run */
  public static async start(kubeconfig = NO_CLUSTER): Promise<ChartRenderer> {
    const tools = await ensureTools(["istio-files", "pulumi-kubernetes"], { cacheDir: defaultCacheFolder() });
    const plugin = spawn(tools["pulumi-kubernetes"].bin["pulumi-resource-kubernetes"] ?? "", [], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(plugin.stdout, "data")) as [Buffer];
    const address = `127.0.0.1:${port.toString().trim()}`;
    const client = new ResourceProviderClient(address, credentials.createInsecure());
    const request = new ConfigureRequest();
    request.setArgs(Struct.fromJavaScript({ kubeconfig }));
    request.getVariablesMap().set("kubernetes:config:kubeconfig", kubeconfig);
    await new Promise<void>((resolve, reject) =>
      client.configure(request, (error) => (error ? reject(error) : resolve())),
    );
    return new ChartRenderer(join(tools["istio-files"].folder ?? "", "charts"), plugin, client);
  }

  /** @param options - those of Pulumi's `kubernetes:helm:template` */
  public async render(options: Record<string, unknown>): Promise<Manifest[]> {
    const request = new InvokeRequest();
    request.setTok("kubernetes:helm:template");
    request.setArgs(Struct.fromJavaScript({ jsonOpts: JSON.stringify(options) }));
    return new Promise((resolve, reject) => {
      this.client.invoke(request, (error, response) => {
        if (error) reject(error);
        else resolve((response.getReturn()?.toJavaScript() as { result: Manifest[] }).result);
      });
    });
  }

  public stop(): void {
    this.client.close();
    this.plugin.kill();
  }
}
