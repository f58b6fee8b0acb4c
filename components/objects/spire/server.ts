import { ApiObject, type Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import {
  BUNDLE_ENDPOINT,
  BUNDLE_ENDPOINT_PORT,
  SPIRE_BUNDLE,
  SPIRE_DATA_CLAIM,
  SPIRE_DATABASE,
  SPIRE_NAMESPACE,
  SPIRE_SERVER,
} from "../../names";
import type { SpireImagesSpec, Toleration } from "../../spec/types";
import { SPIRE_CRDS } from "../imports/spire-crds";
import { configAnnotation, configMap } from "./config-map";
import { serverAccount } from "./rbac";
import {
  DATA_FOLDER,
  ENDPOINT_PROFILE,
  HEALTH_PORT,
  managerConfig,
  SERVER_PORT,
  serverConfig,
  type SpireServerConfig,
  UPSTREAM_FOLDER,
} from "./server-config";

/** What one cluster's SPIRE server is to be. */
export interface SpireServerInput extends SpireServerConfig {
  readonly images: Readonly<Record<"server" | "controllerManager", string>> & SpireImagesSpec;
  /** Secrets by which images are pulled. @default [] */
  readonly imagePullSecrets?: readonly string[];
  readonly storageSize: string;
  readonly storageClassName?: string | undefined;
  /** Taints that its pod tolerates. @default [] */
  readonly tolerations?: readonly Toleration[];
  /** Secret of the namespace with the CA that signs the server's. @default - the issuer does */
  readonly upstreamSecret?: string | undefined;
  /** Annotations of the load balancer through which others ask for its roots. @default - nobody does */
  readonly endpointAnnotations?: Readonly<Record<string, string>> | undefined;
}

const CONTROLLER_MANAGER = "spire-controller-manager";
const LABELS = { app: SPIRE_SERVER };
const DATABASE_LABEL = "istio-multicluster/database";
/** The user of the published server image; the controller manager has to reach its socket. */
const USER = 1000;

/** SPIRE's kinds and its namespace, where that is not there already: what comes before everything else of SPIRE. */
export function spireBase(chart: Chart, adoptNamespace: boolean): void {
  if (!adoptNamespace) {
    new ApiObject(chart, "namespace", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: SPIRE_NAMESPACE,
        labels: {
          // Agents look at their node's processes, and the CSI driver mounts into pods.
          "pod-security.kubernetes.io/enforce": "privileged",
          // A proxy beside the server would wait for a certificate of that very server, which starts after it.
          "istio-injection": "disabled",
        },
      },
    });
  }
  for (const crd of SPIRE_CRDS) new ApiObject(chart, crd.metadata.name, structuredClone(crd));
}

/** SPIRE's server with the controller manager beside it, their configuration, rights and Services. */
export function spireServer(chart: Chart, input: SpireServerInput): void {
  const [server, manager] = [serverConfig(input), managerConfig(input)];
  configMap(chart, SPIRE_SERVER, { "server.conf": server });
  configMap(chart, CONTROLLER_MANAGER, { "controller-manager.yaml": manager });
  // Written by the server; its agents start with what is in it.
  configMap(chart, SPIRE_BUNDLE);
  serverAccount(chart, input.issuer !== undefined, input.imagePullSecrets);
  services(chart, input.endpointAnnotations);
  dataClaim(chart, input);
  statefulSet(chart, input, configAnnotation(server.replace(ENDPOINT_PROFILE, ""), manager));
}

function services(chart: Chart, endpointAnnotations: SpireServerInput["endpointAnnotations"]): void {
  new k8s.KubeService(chart, SPIRE_SERVER, {
    metadata: { name: SPIRE_SERVER, namespace: SPIRE_NAMESPACE },
    spec: { selector: LABELS, ports: [{ name: "grpc", port: 443, targetPort: port(SERVER_PORT) }] },
  });
  if (endpointAnnotations === undefined) return;
  new k8s.KubeService(chart, BUNDLE_ENDPOINT, {
    metadata: { name: BUNDLE_ENDPOINT, namespace: SPIRE_NAMESPACE, annotations: { ...endpointAnnotations } },
    spec: {
      type: "LoadBalancer",
      selector: LABELS,
      ports: [{ name: "bundle", port: BUNDLE_ENDPOINT_PORT, targetPort: port(BUNDLE_ENDPOINT_PORT) }],
    },
  });
}

/**
 * A server with another database is another StatefulSet, which a selector of its own makes it: Pulumi then waits for the new
 * server, which an update that is not begun yet can pass for, and reads what that tells.
 */
function statefulSet(chart: Chart, input: SpireServerInput, annotations: Record<string, string>): void {
  const { upstreamSecret, database, tolerations = [] } = input;
  const labels = database === SPIRE_DATABASE ? LABELS : { ...LABELS, [DATABASE_LABEL]: database };
  new k8s.KubeStatefulSet(chart, `${SPIRE_SERVER}-set`, {
    metadata: { name: SPIRE_SERVER, namespace: SPIRE_NAMESPACE, labels: LABELS },
    spec: {
      // Its entries and keys are in files, which no two servers can share.
      replicas: 1,
      serviceName: SPIRE_SERVER,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: {
          serviceAccountName: SPIRE_SERVER,
          ...(tolerations.length === 0 ? {} : { tolerations: [...tolerations] }),
          securityContext: {
            runAsUser: USER,
            runAsGroup: USER,
            runAsNonRoot: true,
            fsGroup: USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [serverContainer(input), managerContainer(input)],
          volumes: [
            { name: "data", persistentVolumeClaim: { claimName: SPIRE_DATA_CLAIM } },
            { name: "config", configMap: { name: SPIRE_SERVER } },
            { name: "manager-config", configMap: { name: CONTROLLER_MANAGER } },
            { name: "socket", emptyDir: {} },
            { name: "tmp", emptyDir: {} },
            ...(upstreamSecret === undefined
              ? []
              : [{ name: "upstream", secret: { secretName: upstreamSecret } }]),
          ],
        },
      },
    },
  });
}

/**
 * Not the StatefulSet's own, which nobody would remove with it. Some storage classes make a volume for the first pod that
 * asks for it, so nobody waits for it.
 */
function dataClaim(chart: Chart, { storageSize, storageClassName }: SpireServerInput): void {
  new k8s.KubePersistentVolumeClaim(chart, SPIRE_DATA_CLAIM, {
    metadata: {
      name: SPIRE_DATA_CLAIM,
      namespace: SPIRE_NAMESPACE,
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: k8s.Quantity.fromString(storageSize) } },
      ...(storageClassName === undefined ? {} : { storageClassName }),
    },
  });
}

function serverContainer({ images, upstreamSecret }: SpireServerInput): k8s.Container {
  return {
    name: SPIRE_SERVER,
    image: images.server,
    imagePullPolicy: "IfNotPresent",
    args: ["-config", "/run/spire/config/server.conf"],
    ports: [
      { name: "grpc", containerPort: SERVER_PORT },
      { name: "bundle", containerPort: BUNDLE_ENDPOINT_PORT },
      { name: "health", containerPort: HEALTH_PORT },
    ],
    readinessProbe: probe("/ready", { periodSeconds: 2 }),
    livenessProbe: probe("/live", { periodSeconds: 20, failureThreshold: 5 }),
    resources: requests("50m", "128Mi"),
    securityContext: RESTRICTED,
    volumeMounts: [
      { name: "config", mountPath: "/run/spire/config", readOnly: true },
      { name: "data", mountPath: DATA_FOLDER },
      { name: "socket", mountPath: "/tmp/spire-server/private" },
      { name: "tmp", mountPath: "/tmp" },
      ...(upstreamSecret === undefined
        ? []
        : [{ name: "upstream", mountPath: UPSTREAM_FOLDER, readOnly: true }]),
    ],
  };
}

function managerContainer({ images }: SpireServerInput): k8s.Container {
  return {
    name: CONTROLLER_MANAGER,
    image: images.controllerManager,
    imagePullPolicy: "IfNotPresent",
    args: ["-config=/config/controller-manager.yaml"],
    // The webhook only checks what is typed here anyway, and while it is away it would refuse every change.
    env: [{ name: "ENABLE_WEBHOOKS", value: "false" }],
    resources: requests("20m", "64Mi"),
    securityContext: RESTRICTED,
    volumeMounts: [
      { name: "manager-config", mountPath: "/config", readOnly: true },
      { name: "socket", mountPath: "/spire-server", readOnly: true },
    ],
  };
}

const RESTRICTED: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

function port(number: number): k8s.IntOrString {
  return k8s.IntOrString.fromNumber(number);
}

function probe(path: string, settings: Partial<k8s.Probe>): k8s.Probe {
  return { httpGet: { path, port: port(HEALTH_PORT) }, timeoutSeconds: 3, ...settings };
}

function requests(cpu: string, memory: string): k8s.ResourceRequirements {
  return { requests: { cpu: k8s.Quantity.fromString(cpu), memory: k8s.Quantity.fromString(memory) } };
}
