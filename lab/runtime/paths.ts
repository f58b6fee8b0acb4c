import { join } from "node:path";
import type { V1Pod } from "@kubernetes/client-node";

/** Name of a pod's folder. No part of it can hold an underscore. */
export function podFolder({ metadata }: V1Pod): string {
  return `${metadata!.namespace}_${metadata!.name}_${metadata!.uid}`;
}

/** Folder of one container of a pod. */
export function containerFolder(podFolder: string, container: string): string {
  return join(podFolder, "containers", container);
}
