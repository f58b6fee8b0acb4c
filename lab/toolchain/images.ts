/** An image: the base of Debian packages, files, and how its process starts. */
export interface Image {
  /** Files by their path in the image: absolute ones of the host, others of lab/images. */
  files: Record<string, string>;
  /** As in an OCI image's configuration, under the names of `umoci config`. */
  config: Partial<Record<"entrypoint" | "cmd" | "env", string[]> & Record<"user" | "workingdir", string>>;
}

/** What every container of a pod shares its namespaces with, and the only image that no pod names. */
export const PAUSE_IMAGE = "registry.k8s.io/pause:3.9";

/** What of the toolchain is in images. */
interface Sources {
  bin: {
    pilotDiscovery: string;
    pilotAgent: string;
    envoy: string;
    certManagerController?: string | undefined;
    vault?: string | undefined;
  };
  envoyBootstrap: string;
  versions: Record<"istio" | "cert-manager" | "vault", string>;
}

/** Every image that the lab's nodes have, under the names that charts, the sample and tests use. */
export function labImages({ bin, envoyBootstrap, versions }: Sources): Record<string, Image> {
  const images: Record<string, Image> = {
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
  };
  if (bin.certManagerController !== undefined) {
    images[`quay.io/jetstack/cert-manager-controller:v${versions["cert-manager"]}`] = {
      files: { "/app/cmd/controller/controller": bin.certManagerController },
      config: { user: "1000", entrypoint: ["/app/cmd/controller/controller"] },
    };
  }
  if (bin.vault !== undefined) {
    images[`docker.io/hashicorp/vault:${versions.vault}`] = {
      files: { "/bin/vault": bin.vault },
      config: { user: "100", entrypoint: ["/bin/vault"], cmd: ["server", "-dev"] },
    };
  }
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
