import { join } from "node:path";
import type { V1Container, V1Pod, V1VolumeMount } from "@kubernetes/client-node";
import { type ContainerSetup, WaitingError } from "./container";
import type { RuntimeContext } from "./context";
import { containerEnv, expandReferences } from "./env";
import { ETC_FILES } from "./etc-files";
import type { PodFacts } from "./fields";
import { type ImageContents, imageContents } from "./images";
import { hasPodUsers } from "../rootless-limits";
import { capabilitySet, type Mount } from "./sandbox";

/** The pod's own things that go into a container. */
export interface PodParts {
  context: RuntimeContext;
  facts: PodFacts;
  /** The pod's folder. */
  folder: string;
  /** The pod's network namespace. */
  namespace: string;
}

/** Process, environment and sandbox of a container, from its spec and its image. */
export function containerSetup(pod: V1Pod, container: V1Container, parts: PodParts): ContainerSetup {
  const { context, facts, folder, namespace } = parts;
  requireUsers();
  const image = knownImage(container, context);
  const env = containerEnv(container, {
    pod,
    facts,
    source: context.sources,
    imageEnv: image.env,
    apiService: context.config.apiService,
  });
  return {
    sandbox: {
      namespace,
      hostname: pod.spec!.hostname ?? pod.metadata!.name!,
      ...identity(pod, container, image),
      workingDir: container.workingDir ?? "/",
      mounts: [
        ...image.files.map((file): Mount => ({ ...file, readOnly: true })),
        ...ETC_FILES.map((name): Mount => ({
          source: join(folder, "etc", name),
          target: `/etc/${name}`,
          readOnly: name !== "hosts",
        })),
        ...volumeMounts(container, folder, env),
      ],
    },
    command: commandLine(container, image, env),
    env,
  };
}

function requireUsers(): void {
  if (hasPodUsers("self")) return;
  throw new WaitingError(
    "CreateContainerError",
    "the lab runs with one user ID only, and containers have others; npm run lab -- up says how to get them",
  );
}

function knownImage(container: V1Container, { config }: RuntimeContext): ImageContents {
  const reference = container.image ?? "";
  const image = imageContents(reference, config.binaries);
  if (image !== undefined) return image;
  throw new WaitingError(
    "ErrImagePull",
    `image "${reference}" is not one that the lab can run; lab/runtime/images.ts lists those that it can`,
  );
}

function identity(pod: V1Pod, container: V1Container, image: ImageContents) {
  const ofPod = pod.spec!.securityContext ?? {};
  const { runAsUser, runAsGroup, capabilities, runAsNonRoot } = container.securityContext ?? {};
  const user = runAsUser ?? ofPod.runAsUser ?? image.user;
  const group = runAsGroup ?? ofPod.runAsGroup ?? (user === image.user ? image.user : 0);
  if ((runAsNonRoot ?? ofPod.runAsNonRoot) && user === 0) {
    throw new Error("container has runAsNonRoot and image will run as root");
  }
  const groups = [
    ...(ofPod.supplementalGroups ?? []),
    ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup]),
  ];
  return { user, group, groups, capabilities: capabilitySet(capabilities?.add, capabilities?.drop) };
}

/** A container's own command replaces entrypoint and command of its image, its arguments only the latter. */
function commandLine(container: V1Container, image: ImageContents, env: Record<string, string>): string[] {
  const { command, args } = container;
  const entrypoint = command?.length ? command : image.entrypoint;
  const rest = args?.length ? args : command?.length ? [] : image.command;
  return [...entrypoint, ...rest].map((text) => expandReferences(text, env));
}

function volumeMounts(
  { volumeMounts = [] }: V1Container,
  folder: string,
  env: Record<string, string>,
): Mount[] {
  const source = ({ name, subPath, subPathExpr }: V1VolumeMount) =>
    join(folder, "volumes", name, subPath ?? expandReferences(subPathExpr ?? "", env));
  const mounts = volumeMounts.map((mount): Mount => ({
    source: source(mount),
    target: mount.mountPath,
    readOnly: mount.readOnly ?? false,
  }));
  // A mount inside another one has to come after it.
  return mounts.sort((one, other) => one.target.length - other.target.length);
}
