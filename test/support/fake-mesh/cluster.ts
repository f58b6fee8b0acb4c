import { KubeConfig, type KubernetesObject, type V1Pod, type V1Secret } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE, NETWORK_LABEL } from "../../../components/names";
import type { ClusterPlan, MeshPlan, SampleAppsPlan } from "../../../components/spec/types";
import { gatewayPorts } from "../../../components/topology/ports";
import type { TestCa } from "../ca";
import { type ApiCall, FakeApiServer, type FakeContent, type FakeExec } from "./api-server";
import type { Serving } from "./serving";

const ADMIN = "admin";

/** The certificates of a cluster. */
export interface FakeTrust {
  readonly root: string;
  readonly signing: TestCa;
  /** A proxy's own certificate and its issuer's. */
  readonly chain: string;
}

/** One cluster of a fake mesh, with the objects of a mesh that is as planned; tests change these. */
export class FakeCluster implements FakeContent {
  public readonly name: string;
  public readonly server: FakeApiServer;
  public readonly store = new Map<string, KubernetesObject[]>();
  public gatewayAddress: { ip: string } | { hostname: string };
  /** Whether callers may do something beside the reader. @default everything */
  public rights: (call: ApiCall) => boolean = () => true;
  /** Answers a command before the mesh does. */
  public onExec: (exec: FakeExec) => string | undefined = () => undefined;
  /** Changes what a command prints. */
  public onOutput: (output: string, exec: FakeExec) => string = (output) => output;
  public trust: FakeTrust;

  public constructor(
    public readonly plan: ClusterPlan,
    public readonly index: number,
    trust: FakeTrust,
    private readonly execInMesh: (cluster: FakeCluster, exec: FakeExec) => string | Promise<string>,
    delayMs: number,
    serving: Serving,
  ) {
    this.name = plan.name;
    this.trust = trust;
    this.gatewayAddress = { ip: `172.30.0.${index}` };
    this.server = new FakeApiServer(this, delayMs, serving);
  }

  public get readerToken(): string {
    return `reader-of-${this.name}`;
  }

  public kubeConfig(token = ADMIN): KubeConfig {
    const kubeConfig = new KubeConfig();
    const caData = base64(this.server.serving.cert);
    kubeConfig.loadFromClusterAndUser(
      { name: this.name, server: this.server.url, caData, skipTLSVerify: false },
      { name: "user", token },
    );
    return kubeConfig;
  }

  public objects(resource: string): readonly KubernetesObject[] {
    return this.store.get(resource) ?? [];
  }

  public allows(call: ApiCall): boolean {
    if (call.token === this.readerToken) return call.resource === "namespaces" && call.verb === "list";
    return call.token === ADMIN && this.rights(call);
  }

  public async exec(exec: FakeExec): Promise<string> {
    return this.onOutput(this.onExec(exec) ?? (await this.execInMesh(this, exec)), exec);
  }

  /** Changes an object; without a change it goes. */
  public change<T extends KubernetesObject>(
    resource: string,
    name: string,
    change?: (object: T) => void,
  ): void {
    const found = this.objects(resource).filter(({ metadata }) => metadata?.name === name);
    if (found.length === 0) throw new Error(`${this.name} has no ${resource} ${name}`);
    if (change === undefined) {
      const others = this.objects(resource).filter((object) => !found.includes(object));
      this.store.set(resource, others);
    } else {
      for (const object of found) change(object as T);
    }
  }

  public add(resource: string, object: object): void {
    this.store.set(resource, [...this.objects(resource), object]);
  }

  /** A pod with a sidecar; @returns its address */
  public addPod(namespace: string, app: string, containers: readonly string[], changes: object = {}): string {
    const count = this.objects("pods").length + 1;
    const ip = `10.${this.index}.${Math.floor(count / 250)}.${count % 250}`;
    const pod: V1Pod = {
      metadata: {
        name: `${app}-${this.name}-${count}`,
        namespace,
        labels: { app },
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: app, uid: app }],
        ...changes,
      },
      spec: { containers: containers.map((name) => ({ name })) },
      status: { phase: "Running", podIP: ip, conditions: [{ type: "Ready", status: "True" }] },
    };
    this.add("pods", pod);
    return ip;
  }

  public install(mesh: MeshPlan, proxies: number): void {
    const inSystem = { namespace: ISTIO_NAMESPACE };
    const { root, signing } = this.trust;
    const data = { "root-cert.pem": root };
    this.add("namespaces", {
      metadata: { name: ISTIO_NAMESPACE, labels: { [NETWORK_LABEL]: this.plan.network } },
    });
    this.add("configmaps", { metadata: { name: "istio-ca-root-cert", ...inSystem }, data });
    const cacerts = { "ca-cert.pem": base64(signing.certificate), "root-cert.pem": base64(root) };
    this.add("secrets", { metadata: { name: "cacerts", ...inSystem }, data: cacerts });
    this.addPod(ISTIO_NAMESPACE, "istiod", ["discovery"]);
    if (this.plan.gateway !== undefined) this.installGateway();
    const apps = mesh.sampleApps.find(({ cluster }) => cluster === this.name);
    if (apps !== undefined) this.installApps(apps);
    for (let count = 0; count < proxies; count++)
      this.addPod("shop", `app${count % 20}`, ["app", "istio-proxy"]);
  }

  /** Adds a key to a remote secret, which is made if it is not there. */
  public addCredential(name: string, observed: FakeCluster): void {
    const kubeconfig = {
      "current-context": "it",
      clusters: [
        {
          name: "it",
          cluster: {
            server: observed.server.url,
            "certificate-authority-data": base64(observed.server.serving.cert),
          },
        },
      ],
      contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
      users: [{ name: "it", user: { token: observed.readerToken } }],
    };
    const data = { [observed.name]: base64(stringify(kubeconfig)) };
    if (this.objects("secrets").some(({ metadata }) => metadata?.name === name)) {
      this.change<V1Secret>("secrets", name, (secret) => Object.assign(secret.data ?? {}, data));
      return;
    }
    const labels = { "istio/multiCluster": "true" };
    this.add("secrets", { metadata: { name, namespace: ISTIO_NAMESPACE, labels }, data });
  }

  private installGateway(): void {
    const { network, gateway } = this.plan;
    const ip = this.addPod(ISTIO_NAMESPACE, EAST_WEST_GATEWAY, ["istio-proxy"]);
    this.add("services", {
      metadata: { name: EAST_WEST_GATEWAY, namespace: ISTIO_NAMESPACE, labels: { [NETWORK_LABEL]: network } },
      spec: { ports: gatewayPorts(gateway ?? {}) },
      status: { loadBalancer: { ingress: [this.gatewayAddress] } },
    });
    this.add("endpointslices", {
      metadata: {
        name: `${EAST_WEST_GATEWAY}-1`,
        namespace: ISTIO_NAMESPACE,
        labels: { "kubernetes.io/service-name": EAST_WEST_GATEWAY },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
      ports: [],
    });
  }

  private installApps({ namespace, client, helloworldVersions }: SampleAppsPlan): void {
    if (client) this.addPod(namespace, "curl", ["curl", "istio-proxy"]);
    for (const version of helloworldVersions) {
      this.addPod(namespace, "helloworld", ["helloworld", "istio-proxy"], {
        labels: { app: "helloworld", version },
      });
    }
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
