import { resolve } from "node:path";
import type { BinaryFiles } from "./config";

/** What a container gets from its image. */
export interface ImageContents {
  entrypoint: string[];
  command: string[];
  env: Record<string, string>;
  user: number;
  /** Files of the host and where in the container they are. */
  files: { source: string; target: string }[];
}

interface Image {
  /** Matches the image's name without registry host, tag and digest. */
  name: RegExp;
  /** Undefined in a lab without the image's files. */
  contents(files: BinaryFiles, match: RegExpExecArray): Partial<ImageContents> | undefined;
}

const ISTIO_USER = 1337;
const OWN_FILES = resolve(__dirname, "..", "images");

/** Every image that the lab can run, and the process of the host that stands for it. */
const IMAGES: Image[] = [
  {
    name: /(^|\/)pilot$/,
    contents: ({ pilotDiscovery }) => ({
      entrypoint: ["/usr/local/bin/pilot-discovery"],
      user: ISTIO_USER,
      files: [{ source: pilotDiscovery, target: "/usr/local/bin/pilot-discovery" }],
    }),
  },
  {
    name: /(^|\/)proxyv2$/,
    contents: ({ pilotAgent, envoy, envoyBootstrap }) => ({
      entrypoint: ["/usr/local/bin/pilot-agent"],
      user: ISTIO_USER,
      files: [
        { source: pilotAgent, target: "/usr/local/bin/pilot-agent" },
        { source: `${OWN_FILES}/envoy`, target: "/usr/local/bin/envoy" },
        { source: envoy, target: "/usr/local/libexec/envoy" },
        { source: envoyBootstrap, target: "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json" },
      ],
    }),
  },
  {
    name: /(^|\/)examples-helloworld-(v\d+)$/,
    contents: (_, match) => ({
      command: ["python3", "/opt/microservices/app.py", "5000"],
      env: { SERVICE_VERSION: match[2]! },
      files: [{ source: `${OWN_FILES}/helloworld.py`, target: "/opt/microservices/app.py" }],
    }),
  },
  {
    name: /^curlimages\/curl$/,
    contents: () => ({ entrypoint: ["curl"], command: ["--help"], user: 100 }),
  },
  {
    name: /(^|\/)cert-manager-controller$/,
    contents: ({ certManagerController }) =>
      executable(certManagerController, "/usr/local/bin/cert-manager-controller", 1000),
  },
  {
    name: /^hashicorp\/vault$/,
    contents: ({ vault }) => executable(vault, "/usr/local/bin/vault", 100),
  },
];

/** What an image holds, or undefined if the lab does not know it: it is never guessed. */
export function imageContents(reference: string, files: BinaryFiles): ImageContents | undefined {
  const name = repository(reference);
  for (const image of IMAGES) {
    const match = image.name.exec(name);
    const contents = match && image.contents(files, match);
    if (contents) return { entrypoint: [], command: [], env: {}, user: 0, files: [], ...contents };
  }
  return undefined;
}

/** An image of one program, if the lab has it. */
function executable(
  source: string | undefined,
  target: string,
  user: number,
): Partial<ImageContents> | undefined {
  return source === undefined ? undefined : { entrypoint: [target], user, files: [{ source, target }] };
}

/** An image's name without tag, digest and the host of Docker Hub. */
function repository(reference: string): string {
  return reference
    .replace(/@sha256:[0-9a-f]+$/, "")
    .replace(/:[^:/]+$/, "")
    .replace(/^docker\.io\/(library\/)?/, "");
}
