import type { Steps } from "./suite";

/** What previews of the tests' changes from one deployment model to another have to list, and nothing else. */

const GATEWAY_KINDS = [
  "Deployment",
  "HorizontalPodAutoscaler",
  "Role",
  "RoleBinding",
  "Service",
  "ServiceAccount",
];

const READER_KINDS = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ServiceAccount"];

/** A cluster's new gateway that exposes what the given objects say. */
const newGateway = (cluster: string, ...exposures: string[]) => [
  `EastWestGateway ${cluster}-gateway`,
  `HelmChart ${cluster}-gateway-chart`,
  ...GATEWAY_KINDS.map((kind) => `${kind} ${cluster}-gateway-chart:istio-system/istio-eastwestgateway`),
  ...exposures.map((exposure) => exposure.replace("/", ` ${cluster}-gateway:istio-system/`)),
];

const sorted = (steps: Steps): Steps =>
  Object.fromEntries(Object.entries(steps).map(([op, names]) => [op, names.sort()]));

/** cluster2, until now a primary on cluster1's network, becomes its remote. */
export const PRIMARY_TO_REMOTE = sorted({
  create: [
    ...newGateway("cluster1", "Gateway/istiod-gateway", "VirtualService/istiod-vs"),
    "EndpointSlice cluster2-istiod:istio-system/istiod",
  ],
  // The Service that led to cluster2's own istiod.
  replace: ["Service cluster2-istiod:istio-system/istiod"],
  "create-replacement": ["Service cluster2-istiod:istio-system/istiod"],
  "delete-replaced": ["Service cluster2-istiod:istio-system/istiod"],
  delete: [
    // Nobody observes cluster1 any more.
    ...READER_KINDS.map((kind) => `${kind} cluster1-reader`),
    "Secret cluster1-reader-token",
    "CertRequest cluster2-ca-request",
    "ConfigMap cluster2-istiod:istio-system/istio-sidecar-injector",
    "Deployment cluster2-istiod:istio-system/istiod",
    "HorizontalPodAutoscaler cluster2-istiod:istio-system/istiod",
    "IntermediateCA cluster2-ca",
    "LocallySignedCert cluster2-ca-certificate",
    "PeerAuthentication cluster2:istio-system/default",
    "PrivateKey cluster2-ca-key",
    "RemoteSecretLink cluster2.observes.cluster1",
    "Secret cluster2-cacerts",
    "Secret cluster2.observes.cluster1-secret",
  ],
  update: [
    // Its observer serves it from now on.
    "ClusterRole cluster2-reader",
    "Role cluster2-reader",
    "ConfigMap cluster1-istiod:istio-system/istio-sidecar-injector",
    "ConfigMap cluster1-istiod:istio-system/values",
    "ConfigMap cluster2-istiod:istio-system/istio",
    "ConfigMap cluster2-istiod:istio-system/values",
    "Deployment cluster1-istiod:istio-system/istiod",
    "HelmChart cluster1-istiod",
    "HelmChart cluster2-istiod",
    "MutatingWebhookConfiguration cluster2-istiod:istio-sidecar-injector",
    "Namespace cluster2-istio-system",
    // Nobody gives the API server of a remote the CA of the istiod that validates.
    "Release cluster2-base",
    "ValidatingWebhookConfiguration cluster2-istiod:istio-validator-istio-system",
  ],
});

/** Two primaries on one network, of which cluster2 gets a network of its own. */
export const NETWORK_SPLIT = sorted({
  create: [
    ...newGateway("cluster1", "Gateway/cross-network-gateway"),
    ...newGateway("cluster2", "Gateway/cross-network-gateway"),
  ],
  update: [
    "ConfigMap cluster2-istiod:istio-system/istio-sidecar-injector",
    "ConfigMap cluster2-istiod:istio-system/values",
    // Proxies learn their network when they are injected.
    "Deployment cluster2-sample-apps:sample/curl",
    "Deployment cluster2-sample-apps:sample/helloworld-v2",
    "HelmChart cluster2-istiod",
    "Namespace cluster2-istio-system",
    // Links wait for the new gateways' addresses, which a preview cannot know.
    "Secret cluster1.observes.cluster2-secret",
    "Secret cluster2.observes.cluster1-secret",
  ],
});
