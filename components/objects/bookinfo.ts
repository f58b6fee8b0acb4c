import { ApiObject, type Chart, JsonPatch, Size } from "cdk8s";
import * as kplus from "cdk8s-plus-28";
import { SAMPLE_IMAGES, SAMPLE_REGISTRY } from "../defaults";
import { BOOKINFO_PORT, NETWORK_LABEL } from "../names";
import { BOOKINFO_SERVICES } from "../spec/sample-apps/bookinfo";

/** What one cluster gets of Istio's bookinfo. */
export interface BookinfoInput {
  readonly namespace: string;
  /** Workloads to run here, each a service with its version, such as `reviews-v1`. */
  readonly workloads: readonly string[];
  readonly network?: string | undefined;
  /** Where the images come from. @default "docker.io" */
  readonly registry?: string | undefined;
}

/** The users of the published images, and where these write. */
const USER = 1000;
const REVIEWS = { user: 1001, folders: ["/tmp", "/opt/ibm/wlp/output"] };

/**
 * Workloads of Istio's bookinfo, and a Service for each of its four services: a client resolves names in its own cluster
 * only, wherever the others run. Their pod templates meet pod security "restricted".
 * @see https://istio.io/latest/docs/examples/bookinfo/
 */
export function bookinfo(chart: Chart, input: BookinfoInput): void {
  for (const app of BOOKINFO_SERVICES) {
    const workloads = input.workloads.filter((workload) => workload.startsWith(`${app}-`));
    service(chart, app, input.namespace);
    if (workloads.length === 0) continue;
    const account = new kplus.ServiceAccount(chart, `${app}-account`, {
      metadata: { name: `bookinfo-${app}`, namespace: input.namespace, labels: { account: app } },
      automountToken: false,
    });
    for (const workload of workloads) deployment(chart, app, workload, account, input);
  }
}

function service(chart: Chart, name: string, namespace: string): void {
  const labels = { app: name };
  new kplus.Service(chart, name, {
    metadata: { name, namespace, labels: { ...labels, service: name } },
    selector: kplus.Pods.select(chart, `${name}-pods`, { labels }),
    ports: [{ name: "http", port: BOOKINFO_PORT }],
  });
}

function deployment(
  chart: Chart,
  app: string,
  workload: string,
  serviceAccount: kplus.ServiceAccount,
  { namespace, network, registry }: BookinfoInput,
): void {
  const labels = { app, version: workload.slice(app.length + 1) };
  const user = app === "reviews" ? REVIEWS.user : USER;
  const made = new kplus.Deployment(chart, workload, {
    metadata: { name: workload, namespace, labels },
    podMetadata: { labels: network === undefined ? labels : { ...labels, [NETWORK_LABEL]: network } },
    select: false,
    replicas: 1,
    serviceAccount,
    securityContext: { user, ensureNonRoot: true },
    containers: [
      {
        name: app,
        image: `${registry ?? SAMPLE_REGISTRY}/${SAMPLE_IMAGES.bookinfo(workload)}`,
        imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT,
        ports: [{ name: "http", number: BOOKINFO_PORT }],
        envVariables: app === "reviews" ? { LOG_DIR: kplus.EnvValue.fromValue("/tmp/logs") } : {},
        resources: { cpu: { request: kplus.Cpu.millis(50) }, memory: { request: Size.mebibytes(64) } },
        volumeMounts: folders(chart, app, workload),
        securityContext: {
          user,
          ensureNonRoot: true,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: false,
          capabilities: { drop: [kplus.Capability.ALL] },
          seccompProfile: { type: kplus.SeccompProfileType.RUNTIME_DEFAULT },
        },
      },
    ],
  });
  ApiObject.of(made).addJsonPatch(
    JsonPatch.add("/spec/template/spec/securityContext/seccompProfile", { type: "RuntimeDefault" }),
  );
  made.select(
    ...Object.entries(labels).map(([key, value]) => kplus.LabelSelector.of({ labels: { [key]: value } })),
  );
}

function folders(chart: Chart, app: string, workload: string): kplus.VolumeMount[] {
  if (app !== "reviews") return [];
  return REVIEWS.folders.map((path, index) => ({
    path,
    volume: kplus.Volume.fromEmptyDir(chart, `${workload}-folder-${index}`, `folder-${index}`),
  }));
}
