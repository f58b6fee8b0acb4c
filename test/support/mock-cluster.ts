import type { Manifest } from "../../components/internal/manifests";
import { hoursAfterStart, MOCK_START, rootCertificate } from "./pki";

/** What a mocked cluster answers. */
export interface MockCluster {
  /** `status.loadBalancer.ingress` of Services of type LoadBalancer; these have no status when undefined. */
  readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] | undefined;
  /** What charts render to, by release. @default {@link CHARTS} */
  readonly charts?: Readonly<Record<string, readonly Manifest[]>>;
  /** Renders charts for real instead. @param options - those of Pulumi's `kubernetes:helm:template` */
  readonly render?: (options: Record<string, unknown>) => Promise<readonly Manifest[]>;
  /** Data of service-account tokens. @default a token named after the resource */
  readonly tokenData?: Record<string, string> | undefined;
  /** Private keys that are made, PEM, by name. @default a text with the name */
  readonly privateKeys?: Readonly<Record<string, string>>;
  /** Data of Secrets that are only read, base64. */
  readonly secretData?: Record<string, string> | undefined;
  /** Data of ConfigMaps that are only read. */
  readonly configMapData?: Record<string, string> | undefined;
  /** Outputs of stack references, by name. */
  readonly stackOutputs?: Record<string, Record<string, unknown>>;
  /** What stashes were first given, by name. @default - what they are given */
  readonly stashed?: Readonly<Record<string, unknown>>;
  /** What resources have in place of what they are given, by name, as where a change is ignored. */
  readonly kept?: Readonly<Record<string, Record<string, unknown>>>;
  /** UIDs of namespaces, by the names of their resources. @default - they have none */
  readonly uids?: Readonly<Record<string, string>>;
  /** Names of Secrets that the provider leaves as they were, without annotations, as it does on unreachable clusters. */
  readonly skipped?: readonly string[];
  /** Whether the run is a preview. */
  readonly preview?: boolean;
  /** Names of resources that are yet to be made or replaced: nothing of them is known at preview. */
  readonly unmade?: readonly string[];
}

const metadata = (name: string) => ({ name, namespace: "istio-system" });

/** What Istio's charts render to, cut down to the kinds that differ in order, waiting and address. */
export const CHARTS = {
  istiod: [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("istiod") },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("istio"),
      data: { meshNetworks: "networks: {}" },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "istio-reader-clusterrole-istio-system" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] }],
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("istiod"),
      spec: { ports: [{ name: "https-dns", port: 15012 }], selector: { app: "istiod" } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("istiod"),
      spec: { selector: { matchLabels: { app: "istiod" } } },
    },
  ],
  "istio-eastwestgateway": [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("istio-eastwestgateway") },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("istio-eastwestgateway"),
      spec: {
        type: "LoadBalancer",
        ports: [{ name: "tls", port: 15443 }],
        selector: { istio: "eastwestgateway" },
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("istio-eastwestgateway"),
      spec: { selector: { matchLabels: { istio: "eastwestgateway" } } },
    },
  ],
} satisfies Record<string, Manifest[]>;

/** Answers `kubernetes:helm:template`. */
export async function renderChart(
  options: Record<string, unknown>,
  { charts = CHARTS, render }: MockCluster,
): Promise<readonly Manifest[]> {
  if (render) return render(options);
  const releaseName = options["release_name"];
  const manifests = Object.entries(charts).find(([name]) => name === releaseName)?.[1];
  if (manifests === undefined) throw new Error(`no chart is mocked for release ${String(releaseName)}`);
  const { profile } = (options["values"] ?? {}) as { profile?: string };
  // Istio's chart for a remote has accounts and webhooks, but neither an istiod nor a Service for it.
  const left = profile === "remote" ? ["Service", "Deployment"] : [];
  return manifests.filter(({ kind }) => !left.includes(String(kind)));
}

/** What the providers and the cluster add to a resource's inputs. */
export async function stateOf(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  cluster: MockCluster,
): Promise<Record<string, unknown>> {
  const uid = cluster.uids?.[name];
  // The API server gives what it only tries a UID as well.
  if (cluster.unmade?.includes(name)) return uid === undefined ? {} : { metadata: withUid(inputs, uid) };
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return {
        privateKeyPem:
          cluster.privateKeys?.[name] ?? `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`,
      };
    case "tls:index/certRequest:CertRequest":
      return {
        certRequestPem: `-----BEGIN CERTIFICATE REQUEST-----\n${name}\n-----END CERTIFICATE REQUEST-----\n`,
      };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { certPem: await rootCertificate(), ...validity(inputs) };
    case "tls:index/locallySignedCert:LocallySignedCert":
      return {
        certPem: `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`,
        ...validity(inputs),
      };
    case "kubernetes:core/v1:Secret":
      if (cluster.skipped?.includes(name)) return { metadata: metadata("cacerts") };
      if (cluster.secretData && inputs["data"] === undefined) return { data: cluster.secretData };
      if (inputs["type"] !== "kubernetes.io/service-account-token") return {};
      return { data: cluster.tokenData ?? { token: Buffer.from(`token-of-${name}`).toString("base64") } };
    case "kubernetes:core/v1:Namespace":
    case "kubernetes:core/v1:NamespacePatch":
      return { metadata: withUid(inputs, uid) };
    case "kubernetes:core/v1:ConfigMap":
      return inputs["data"] === undefined ? { data: cluster.configMapData ?? {} } : {};
    case "kubernetes:core/v1:Service":
      return serviceStatus(inputs, cluster);
    case "pulumi:index:Stash":
      return { output: cluster.stashed?.[name] ?? inputs["input"] };
    case "pulumi:pulumi:StackReference":
      return { outputs: cluster.stackOutputs?.[String(inputs["name"])] ?? {} };
    default:
      return {};
  }
}

function withUid({ metadata: given }: Record<string, unknown>, uid: string | undefined) {
  return { ...(given as object), ...(uid === undefined ? {} : { uid }) };
}

function validity(inputs: Record<string, unknown>) {
  return {
    validityStartTime: MOCK_START,
    validityEndTime: hoursAfterStart(Number(inputs["validityPeriodHours"])),
  };
}

function serviceStatus(inputs: Record<string, unknown>, { ingress }: MockCluster) {
  const isLoadBalancer = (inputs["spec"] as { type?: string } | undefined)?.type === "LoadBalancer";
  return isLoadBalancer && ingress ? { status: { loadBalancer: { ingress } } } : {};
}
