import { ApiObject, type Chart, Duration, JsonPatch, Size } from "cdk8s";
import * as kplus from "cdk8s-plus-28";
import { SAMPLE_IMAGES, SAMPLE_REGISTRY } from "../defaults";
import { HELLOWORLD_PORT, NETWORK_LABEL } from "../names";
import { helloworldHost } from "../spec/services/hosts";
import type { LocalityFailoverSpec } from "../spec/types";
import { bookinfo } from "./bookinfo";
import { localityFailover } from "./locality-failover";

/** What one cluster gets of the sample applications. */
export interface SampleAppsInput {
  readonly namespace: string;
  readonly helloworldVersions: readonly string[];
  readonly client: boolean;
  /** Workloads of bookinfo to run here. @default - none, nor its Services */
  readonly bookinfo?: readonly string[] | undefined;
  readonly network?: string | undefined;
  /** Where the images come from. @default "docker.io" */
  readonly registry?: string | undefined;
  /** How clients choose among the helloworlds; only for a cluster from which an istiod reads its configuration. */
  readonly failover?: LocalityFailoverSpec | undefined;
}

/** Any user but root: the images' own users differ, and pod security "restricted" asks for one. */
const USER = 65532;

/** The container settings that pod security "restricted" asks for. */
const RESTRICTED = {
  user: USER,
  group: USER,
  ensureNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: [kplus.Capability.ALL] },
  seccompProfile: { type: kplus.SeccompProfileType.RUNTIME_DEFAULT },
} satisfies kplus.ContainerSecurityContextProps;

/**
 * Istio's helloworld in the given versions behind one Service, and a curl client, in a namespace with injection.
 * The Service is there even without a local version: a client resolves names in its own cluster only.
 * @see https://istio.io/latest/docs/setup/install/multicluster/verify/
 */
export function sampleApps(chart: Chart, input: SampleAppsInput): void {
  new ApiObject(chart, "namespace", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: input.namespace, labels: { "istio-injection": "enabled" } },
  });
  helloworldService(chart, input.namespace);
  for (const version of input.helloworldVersions) helloworld(chart, input, version);
  if (input.client) client(chart, input);
  if (input.bookinfo !== undefined) bookinfo(chart, { ...input, workloads: input.bookinfo });
  if (input.failover !== undefined) helloworldFailover(chart, input.namespace, input.failover);
}

function helloworldFailover(chart: Chart, namespace: string, settings: LocalityFailoverSpec): void {
  localityFailover(chart, { ...settings, name: "helloworld", namespace, host: helloworldHost(namespace) });
}

function helloworldService(chart: Chart, namespace: string): void {
  const labels = { app: "helloworld" };
  new kplus.Service(chart, "helloworld", {
    metadata: {
      name: "helloworld",
      namespace,
      labels: { ...labels, service: "helloworld" },
    },
    selector: kplus.Pods.select(chart, "helloworld-pods", { labels }),
    ports: [{ name: "http", port: HELLOWORLD_PORT }],
  });
}

function helloworld(chart: Chart, input: SampleAppsInput, version: string): void {
  workload(
    chart,
    `helloworld-${version}`,
    input,
    { app: "helloworld", version },
    {
      name: "helloworld",
      image: `${input.registry ?? SAMPLE_REGISTRY}/${SAMPLE_IMAGES.helloworld(version)}`,
      ports: [{ name: "http", number: HELLOWORLD_PORT }],
      resources: { cpu: { request: kplus.Cpu.millis(100) }, memory: { request: Size.mebibytes(64) } },
      startup: STARTED,
      volumeMounts: [{ path: "/tmp", volume: temporaryFolder(chart, version) }],
    },
  );
}

/**
 * Without it a server counts as ready before it listens, and for a moment even if it cannot start. No probe follows:
 * one busy answering requests would answer it late, and lose its endpoint.
 */
const STARTED = kplus.Probe.fromHttpGet("/health", {
  port: HELLOWORLD_PORT,
  periodSeconds: Duration.seconds(1),
  failureThreshold: 120,
});

/**
 * The image's server, gunicorn, does not start without one, and stalls where a disk makes it wait.
 * @see https://docs.gunicorn.org/en/stable/faq.html#blocking-os-fchmod
 */
function temporaryFolder(chart: Chart, version: string): kplus.Volume {
  return kplus.Volume.fromEmptyDir(chart, `helloworld-${version}-tmp`, "tmp", {
    medium: kplus.EmptyDirMedium.MEMORY,
  });
}

function client(chart: Chart, input: SampleAppsInput): void {
  workload(
    chart,
    "curl",
    input,
    { app: "curl" },
    {
      name: "curl",
      image: `${input.registry ?? SAMPLE_REGISTRY}/${SAMPLE_IMAGES.curl}`,
      command: ["sleep", "infinity"],
      resources: { cpu: { request: kplus.Cpu.millis(10) }, memory: { request: Size.mebibytes(16) } },
    },
    // As a container's first process `sleep` does not heed the signal to end.
    { terminationGracePeriod: Duration.seconds(1) },
  );
}

function workload(
  chart: Chart,
  name: string,
  { namespace, network }: SampleAppsInput,
  labels: Record<string, string>,
  container: kplus.ContainerProps & { name: string },
  pod: Pick<kplus.DeploymentProps, "terminationGracePeriod"> = {},
): void {
  const account = new kplus.ServiceAccount(chart, `${name}-account`, {
    metadata: { name, namespace, labels },
    automountToken: false,
  });
  const deployment = new kplus.Deployment(chart, name, {
    metadata: { name, namespace, labels },
    podMetadata: { labels: network === undefined ? labels : { ...labels, [NETWORK_LABEL]: network } },
    select: false,
    replicas: 1,
    serviceAccount: account,
    securityContext: { user: USER, group: USER, ensureNonRoot: true },
    // cdk8s-plus would pull pinned images anew for every pod, which fails where a registry is out of reach.
    containers: [
      { ...container, imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT, securityContext: RESTRICTED },
    ],
    ...pod,
  });
  // For the containers that istiod injects; cdk8s-plus has the setting for single containers only.
  ApiObject.of(deployment).addJsonPatch(
    JsonPatch.add("/spec/template/spec/securityContext/seccompProfile", { type: "RuntimeDefault" }),
  );
  deployment.select(
    ...Object.entries(labels).map(([key, value]) => kplus.LabelSelector.of({ labels: { [key]: value } })),
  );
}
