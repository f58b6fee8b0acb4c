import type { Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import {
  SPIFFE_CSI_DRIVER,
  SPIRE_AGENT,
  SPIRE_BUNDLE,
  SPIRE_BUNDLE_FILE,
  SPIRE_NAMESPACE,
  SPIRE_SERVER,
  SPIRE_SOCKET,
} from "../../names";
import { configAnnotation, configMap } from "./config-map";
import { agentAccount } from "./rbac";

/** What one cluster's SPIRE agents are to be. */
export interface SpireAgentInput {
  readonly clusterName: string;
  readonly trustDomain: string;
  /** Secrets by which images are pulled. @default [] */
  readonly imagePullSecrets?: readonly string[];
  readonly images: Readonly<Record<"agent" | "csiDriver" | "nodeDriverRegistrar", string>>;
}

/** Folder of every node in which its agent has its socket. */
const SOCKET_FOLDER = "/run/spire/agent-sockets";
const KUBELET_FOLDER = "/var/lib/kubelet";
const HEALTH_PORT = 9982;
const LABELS = { app: SPIRE_AGENT };

/**
 * SPIRE's agent on every node, with the CSI driver that brings its socket into pods.
 * @see https://github.com/spiffe/spiffe-csi
 */
export function spireAgent(chart: Chart, input: SpireAgentInput): void {
  const config = agentConfig(input);
  configMap(chart, SPIRE_AGENT, { "agent.conf": config });
  agentAccount(chart, input.imagePullSecrets);
  new k8s.KubeCsiDriver(chart, "csi-driver", {
    metadata: { name: SPIFFE_CSI_DRIVER },
    spec: {
      attachRequired: false,
      podInfoOnMount: true,
      fsGroupPolicy: "None",
      volumeLifecycleModes: ["Ephemeral"],
    },
  });
  daemonSet(chart, input, configAnnotation(config));
}

/**
 * The names under which Envoy asks for certificate and roots are Istio's: with its own default, ROOTCA would be the own
 * trust domain's roots only. The kubelet is asked at the node's own loopback address, where its certificate, which many
 * clusters let it sign by itself, has nobody to tell it from. Pods and not containers are attested, because a proxy that
 * the application waits for is not yet running as far as the kubelet knows.
 * @see https://github.com/spiffe/spire/blob/v1.13.3/doc/spire_agent.md
 * @see https://github.com/spiffe/spire/issues/3092
 */
function agentConfig({ clusterName, trustDomain }: SpireAgentInput): string {
  return `agent {
  data_dir = "/run/spire/data"
  log_level = "INFO"
  server_address = "${SPIRE_SERVER}.${SPIRE_NAMESPACE}.svc"
  server_port = "443"
  socket_path = "${SOCKET_FOLDER}/${SPIRE_SOCKET}"
  trust_bundle_path = "/run/spire/bundle/${SPIRE_BUNDLE_FILE}"
  trust_domain = ${JSON.stringify(trustDomain)}
  sds {
    default_svid_name = "default"
    default_bundle_name = "null"
    default_all_bundles_name = "ROOTCA"
  }
}

plugins {
  NodeAttestor "k8s_psat" {
    plugin_data {
      cluster = ${JSON.stringify(clusterName)}
    }
  }
  KeyManager "memory" {
    plugin_data {}
  }
  WorkloadAttestor "k8s" {
    plugin_data {
      skip_kubelet_verification = true
      disable_container_selectors = true
    }
  }
}

health_checks {
  listener_enabled = true
  bind_address = "127.0.0.1"
  bind_port = "${HEALTH_PORT}"
  live_path = "/live"
  ready_path = "/ready"
}
`;
}

function daemonSet(chart: Chart, { images }: SpireAgentInput, annotations: Record<string, string>): void {
  new k8s.KubeDaemonSet(chart, `${SPIRE_AGENT}-set`, {
    metadata: { name: SPIRE_AGENT, namespace: SPIRE_NAMESPACE, labels: LABELS },
    spec: {
      selector: { matchLabels: LABELS },
      // One node after the other would take hours where there are hundreds; pods that run need no agent meanwhile.
      updateStrategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxUnavailable: k8s.IntOrString.fromString("10%") },
      },
      template: {
        metadata: { labels: LABELS, annotations },
        spec: {
          serviceAccountName: SPIRE_AGENT,
          // Who asks is told by the process that holds the other end of the socket.
          hostPid: true,
          hostNetwork: true,
          dnsPolicy: "ClusterFirstWithHostNet",
          // Every node on which pods of the mesh may run.
          nodeSelector: { "kubernetes.io/os": "linux" },
          tolerations: [{ operator: "Exists" }],
          containers: [
            agentContainer(images.agent),
            csiDriverContainer(images.csiDriver),
            registrarContainer(images.nodeDriverRegistrar),
          ],
          volumes: [
            { name: "config", configMap: { name: SPIRE_AGENT } },
            { name: "bundle", configMap: { name: SPIRE_BUNDLE } },
            { name: "data", emptyDir: {} },
            {
              name: "token",
              projected: {
                sources: [
                  {
                    serviceAccountToken: {
                      path: SPIRE_AGENT,
                      expirationSeconds: 7200,
                      audience: SPIRE_SERVER,
                    },
                  },
                ],
              },
            },
            hostFolder("sockets", SOCKET_FOLDER, "DirectoryOrCreate"),
            hostFolder("csi", `${KUBELET_FOLDER}/plugins/${SPIFFE_CSI_DRIVER}`, "DirectoryOrCreate"),
            hostFolder("pods", `${KUBELET_FOLDER}/pods`, "Directory"),
            hostFolder("registration", `${KUBELET_FOLDER}/plugins_registry`, "Directory"),
          ],
        },
      },
    },
  });
}

function agentContainer(image: string): k8s.Container {
  return {
    ...container(SPIRE_AGENT, image, ["-config", "/run/spire/config/agent.conf"]),
    readinessProbe: probe("/ready", { periodSeconds: 2 }),
    livenessProbe: probe("/live", { periodSeconds: 20, failureThreshold: 5 }),
    volumeMounts: [
      { name: "config", mountPath: "/run/spire/config", readOnly: true },
      { name: "bundle", mountPath: "/run/spire/bundle", readOnly: true },
      { name: "data", mountPath: "/run/spire/data" },
      { name: "sockets", mountPath: SOCKET_FOLDER },
      { name: "token", mountPath: "/var/run/secrets/tokens", readOnly: true },
    ],
  };
}

function csiDriverContainer(image: string): k8s.Container {
  const args = [
    ...["-workload-api-socket-dir", "/spire-agent-socket"],
    ...["-plugin-name", SPIFFE_CSI_DRIVER],
    ...["-csi-socket-path", "/spiffe-csi/csi.sock"],
  ];
  return {
    ...container("spiffe-csi-driver", image, args),
    env: [{ name: "MY_NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    securityContext: { privileged: true },
    volumeMounts: [
      { name: "sockets", mountPath: "/spire-agent-socket", readOnly: true },
      { name: "csi", mountPath: "/spiffe-csi" },
      { name: "pods", mountPath: `${KUBELET_FOLDER}/pods`, mountPropagation: "Bidirectional" },
    ],
  };
}

function registrarContainer(image: string): k8s.Container {
  const socket = `${KUBELET_FOLDER}/plugins/${SPIFFE_CSI_DRIVER}/csi.sock`;
  const args = ["-csi-address", "/spiffe-csi/csi.sock", "-kubelet-registration-path", socket];
  return {
    ...container("node-driver-registrar", image, args),
    volumeMounts: [
      { name: "csi", mountPath: "/spiffe-csi" },
      { name: "registration", mountPath: "/registration" },
    ],
  };
}

function container(name: string, image: string, args: string[]): k8s.Container {
  const requests = { cpu: k8s.Quantity.fromString("20m"), memory: k8s.Quantity.fromString("32Mi") };
  return { name, image, imagePullPolicy: "IfNotPresent", args, resources: { requests } };
}

/** At the node's loopback address, which is the pod's own. */
function probe(path: string, settings: Partial<k8s.Probe>): k8s.Probe {
  const port = k8s.IntOrString.fromNumber(HEALTH_PORT);
  return { httpGet: { host: "127.0.0.1", path, port }, timeoutSeconds: 3, ...settings };
}

function hostFolder(name: string, path: string, type: string): k8s.Volume {
  return { name, hostPath: { path, type } };
}
