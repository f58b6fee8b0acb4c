import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { mergeValues } from "../components/spec/settings";
import { defaultSpec, type Lab } from "../lab";
import type { PulumiToolchain } from "../lab/toolchain";
import type { StackPlace } from "./stack";

/** Name of the lab over which stack dev is built. */
export const DEV_LAB = "dev";

const REPOSITORY = resolve(__dirname, "..");

/** Passphrase of lab stacks: what they protect are the keys of clusters that live on this machine only. */
const LAB_PASSPHRASE = "lab";

/**
 * What the lab's charts need because its Envoy is the upstream build, which lacks Istio's own filters. Without that for
 * ALPN a port whose name tells no protocol is TCP to a sidecar that gets mutual TLS.
 * A mesh on Istio's images needs none of it.
 */
export const UPSTREAM_ENVOY_VALUES = {
  telemetry: { enabled: false },
  env: {
    PILOT_ENABLE_METADATA_EXCHANGE: "false",
    PILOT_ENABLE_ALPN_FILTER: "false",
    PILOT_DISABLE_MX_ALPN: "true",
    PILOT_ENABLE_TELEMETRY_LABEL: "false",
  },
} as const;

/** The same as istioctl's `--set` takes it. */
export const UPSTREAM_ENVOY_SETTINGS = [
  `values.telemetry.enabled=${UPSTREAM_ENVOY_VALUES.telemetry.enabled}`,
  ...Object.entries(UPSTREAM_ENVOY_VALUES.env).map(([name, value]) => `values.pilot.env.${name}=${value}`),
];

/** Where the lab's kubeconfig and charts are, as its config names them. */
export interface LabPaths {
  readonly kubeconfig: string;
  readonly charts: string;
}

/** The config value for a mesh over a lab's clusters: helloworld v1 everywhere but in the last cluster, which has v2. */
export function labMeshConfig(
  clusters: readonly { readonly name: string; readonly network: string }[],
  istioVersion: string,
  paths: LabPaths,
): Record<string, unknown> {
  const last = clusters.length - 1;
  return {
    istio: {
      version: istioVersion,
      charts: { folder: paths.charts },
      hub: "docker.io/istio",
      tag: istioVersion,
    },
    ca: { protectRoot: false },
    istiod: { values: UPSTREAM_ENVOY_VALUES },
    // The gateway chart's image is "auto", for which Kubernetes' default is to pull it always: the lab has no registry.
    gateway: { values: { imagePullPolicy: "IfNotPresent" } },
    clusters: clusters.map(({ name, network }) => ({
      name,
      network,
      access: { kubeconfigFile: paths.kubeconfig, context: name },
    })),
    sampleApps: {
      helloworld: Object.fromEntries(
        clusters.map(({ name }, index) => [name, [index === last && index > 0 ? "v2" : "v1"]]),
      ),
    },
  };
}

/** The project of a lab, which is written unless it is this repository's own. */
export async function labProject(lab: Lab, toolchain: PulumiToolchain): Promise<StackPlace> {
  return isDefault(lab) ? labPlace(lab, toolchain) : writeLabProject(lab, toolchain);
}

/** Where the project of a lab is: this repository's own with stack dev for the default lab, else one in the lab's folder. */
export function labPlace(lab: Lab, toolchain: PulumiToolchain): StackPlace {
  return {
    stack: lab.name,
    workDir: isDefault(lab) ? REPOSITORY : projectFolder(lab),
    stateDir: join(lab.dir, "state"),
    passphrase: LAB_PASSPHRASE,
    pulumi: toolchain.bin.pulumi,
    pluginDir: toolchain.pluginDir,
  };
}

function isDefault({ name, clusters }: Lab): boolean {
  const own = clusters.map(({ name, network }) => ({ name, network }));
  return name === DEV_LAB && isDeepStrictEqual(own, defaultSpec(DEV_LAB).clusters);
}

function projectFolder({ dir }: Lab): string {
  return join(dir, "pulumi");
}

/**
 * Writes a Pulumi project for a lab into the lab's own folder and says where it is.
 *
 * @param overrides - merged into the mesh's config value
 * @param stack - name of the stack; those of one lab share the project and the backend
 */
export async function writeLabProject(
  lab: Lab,
  toolchain: PulumiToolchain,
  overrides: Record<string, unknown> = {},
  stack = lab.name,
): Promise<StackPlace> {
  const place = { ...labPlace(lab, toolchain), workDir: projectFolder(lab), stack };
  const paths = { kubeconfig: lab.kubeconfig, charts: join(lab.dir, "charts") };
  const mesh = mergeValues(labMeshConfig(lab.clusters, toolchain.versions.istio, paths), overrides);
  const project = parse(await readFile(join(REPOSITORY, "Pulumi.yaml"), "utf8")) as { main: string };
  await mkdir(place.workDir, { recursive: true });
  await writeFile(
    join(place.workDir, "Pulumi.yaml"),
    stringify({ ...project, main: relative(place.workDir, join(REPOSITORY, project.main)) }),
  );
  const settingsFile = join(place.workDir, `Pulumi.${place.stack}.yaml`);
  // The file also holds the salt under which the stack's secrets are encrypted.
  const settings = parse(await readFile(settingsFile, "utf8").catch(() => "{}")) as object;
  await writeFile(settingsFile, stringify({ ...settings, config: { "istio-multicluster:mesh": mesh } }));
  return place;
}
