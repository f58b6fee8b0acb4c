/** An image: the base of Debian packages, files, and how its process starts. */
export interface Image {
  /** Files by their path in the image: absolute ones of the host, others of lab/images. */
  files: Record<string, string>;
  /** As in an OCI image's configuration, under the names of `umoci config`. */
  config: Partial<Record<"entrypoint" | "cmd" | "env", string[]> & Record<"user" | "workingdir", string>>;
}

/** What every container of a pod shares its namespaces with, and the only image that no pod names. */
export const PAUSE_IMAGE = "registry.k8s.io/pause:3.9";

/** Programs of images that only some labs have. */
type OnDemandProgram =
  | "certManagerController"
  | "vault"
  | "spireServer"
  | "spireAgent"
  | "spireControllerManager"
  | "spiffeCsiDriver"
  | "csiNodeDriverRegistrar";

/** What of the toolchain is in images. */
interface Sources {
  bin: { pilotDiscovery: string; pilotAgent: string; envoy: string } & {
    [Program in OnDemandProgram]?: string | undefined;
  };
  envoyBootstrap: string;
  versions: Record<
    "istio" | "cert-manager" | "vault" | "spire" | "spire-controller-manager" | "spiffe-csi",
    string
  >;
  /** Whether the images of Istio's sample bookinfo are wanted. */
  bookinfo: boolean;
}

/** Version of Istio's sample bookinfo in whose place the lab's stands. */
const BOOKINFO_VERSION = "1.20.3";

/** Version of Kubernetes' registrar of CSI drivers in whose place the lab's stands. */
const REGISTRAR_VERSION = "2.15.0";

/** Every image that the lab's nodes have, under the names that charts, the sample and tests use. */
export function labImages(sources: Sources): Record<string, Image> {
  const { bin, envoyBootstrap, versions, bookinfo } = sources;
  return {
    [PAUSE_IMAGE]: {
      files: {},
      config: { user: "65535:65535", entrypoint: ["catatonit", "-P"] },
    },
    [`docker.io/istio/pilot:${versions.istio}`]: {
      files: { "/usr/local/bin/pilot-discovery": bin.pilotDiscovery },
      config: { user: "1337:1337", entrypoint: ["/usr/local/bin/pilot-discovery"] },
    },
    // Like the published one it names no user: the injector and the gateway's chart do.
    [`docker.io/istio/proxyv2:${versions.istio}`]: {
      files: {
        "/usr/local/bin/pilot-agent": bin.pilotAgent,
        "/usr/local/bin/envoy": "envoy",
        "/usr/local/libexec/envoy": bin.envoy,
        "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json": envoyBootstrap,
      },
      config: { entrypoint: ["/usr/local/bin/pilot-agent"] },
    },
    "docker.io/istio/examples-helloworld-v1:1.0": helloworld("v1"),
    "docker.io/istio/examples-helloworld-v2:1.0": helloworld("v2"),
    "docker.io/curlimages/curl:8.16.0": {
      files: {},
      config: { user: "curl_user", entrypoint: ["curl"], cmd: ["--help"] },
    },
    ...onDemandImages(sources),
    ...(bookinfo ? bookinfoImages() : {}),
  };
}

function onDemandImages({ bin, versions }: Sources): Record<string, Image> {
  const images: Record<string, Image> = {};
  const add = (
    name: string,
    program: OnDemandProgram,
    config: Image["config"] & { entrypoint: string[] },
  ) => {
    const file = bin[program];
    if (file !== undefined) images[name] = { files: { [config.entrypoint[0]!]: file }, config };
  };
  add(`quay.io/jetstack/cert-manager-controller:v${versions["cert-manager"]}`, "certManagerController", {
    user: "1000",
    entrypoint: ["/app/cmd/controller/controller"],
  });
  add(`docker.io/hashicorp/vault:${versions.vault}`, "vault", {
    user: "100",
    entrypoint: ["/bin/vault"],
    cmd: ["server", "-dev"],
  });
  add(`ghcr.io/spiffe/spire-server:${versions.spire}`, "spireServer", {
    user: "1000:1000",
    entrypoint: ["/opt/spire/bin/spire-server", "run"],
    workingdir: "/opt/spire",
  });
  add(`ghcr.io/spiffe/spire-agent:${versions.spire}`, "spireAgent", {
    user: "0:0",
    entrypoint: ["/opt/spire/bin/spire-agent", "run"],
    workingdir: "/opt/spire",
  });
  add(
    `ghcr.io/spiffe/spire-controller-manager:${versions["spire-controller-manager"]}`,
    "spireControllerManager",
    { entrypoint: ["/spire-controller-manager"] },
  );
  add(`ghcr.io/spiffe/spiffe-csi-driver:${versions["spiffe-csi"]}`, "spiffeCsiDriver", {
    entrypoint: ["/spiffe-csi-driver"],
  });
  add(
    `registry.k8s.io/sig-storage/csi-node-driver-registrar:v${REGISTRAR_VERSION}`,
    "csiNodeDriverRegistrar",
    { entrypoint: ["/csi-node-driver-registrar"] },
  );
  return images;
}

/** Istio's sample with its published image's server, which needs a writable folder for temporary files. */
function helloworld(version: string): Image {
  return {
    files: { "/opt/microservices/app.py": "helloworld/app.py" },
    config: {
      workingdir: "/opt/microservices",
      env: [`SERVICE_VERSION=${version}`],
      cmd: ["gunicorn", "-b", "0.0.0.0:5000", "app:app", "-k", "gevent"],
    },
  };
}

/** Stand-ins for Istio's sample bookinfo: one application serves the paths of all its services. */
function bookinfoImages(): Record<string, Image> {
  const image = (service: string, version: string, env: string[] = []) => [
    `docker.io/istio/examples-bookinfo-${service}-${version}:${BOOKINFO_VERSION}`,
    {
      files: { "/opt/microservices/app.py": "bookinfo/app.py" },
      config: {
        user: "1000",
        workingdir: "/opt/microservices",
        env: [`SERVICE=${service}`, `SERVICE_VERSION=${version}`, ...env],
        cmd: ["gunicorn", "-b", "0.0.0.0:9080", "app:app", "-k", "gevent"],
      },
    },
  ];
  return Object.fromEntries([
    image("productpage", "v1"),
    image("details", "v1"),
    image("ratings", "v1"),
    image("reviews", "v1"),
    image("reviews", "v2", ["ENABLE_RATINGS=true"]),
    image("reviews", "v3", ["ENABLE_RATINGS=true", "STAR_COLOR=red"]),
  ]) as Record<string, Image>;
}
