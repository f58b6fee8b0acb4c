import { isDeepStrictEqual } from "node:util";
import type { KubeConfig } from "@kubernetes/client-node";
import { type Deployment, Stack, type Workspace } from "@pulumi/pulumi/automation";
import { backendOf } from "./backend";
import { disown, interruptedObjects } from "./field-managers";
import { forgetRelease, halfInstalledReleases } from "./half-installed-releases";
import {
  fieldManagers,
  interruptedCreates,
  lastWritten,
  recordedCreates,
  withoutCreates,
} from "./interrupted";
import { openMesh } from "./open-mesh";
import { removeStaleLocks } from "./stale-lock";
import { exportState, importState } from "./state";
import { inCluster } from "./timed-kube-config";
import { removeTornAttributes } from "./torn-attributes";

/**
 * Makes a stack whose `pulumi up` was killed ready for the next one: removes its lock once the lock's process is dead,
 * Helm's record of a release that was being installed, the field managers of interrupted creates, and the
 * state's memory of them. Touches nothing that a finished `up` left, and can itself be run again.
 *
 * Nothing is read as interrupted, removed or changed before the lock is proven free: a running `up` has the same marks.
 *
 * @returns a sentence per thing that was mended
 * @throws Error when the lock is held, or cannot be judged in the stack's backend
 */
export async function recover(workspace: Workspace, name: string): Promise<string[]> {
  const unlocked = await unlock(workspace, name);
  const stack = await Stack.select(name, workspace);
  const state = await exportState(stack);
  const creates = recordedCreates(state);
  if (creates.length === 0) return unlocked;
  const mended = await mendClusters(stack, state);
  if (!isDeepStrictEqual(await exportState(stack), state)) {
    throw new Error(`stack ${name} was changed while its clusters were being mended; run this again`);
  }
  // Last, so that a recovery that is itself interrupted finds what it has to mend once more.
  await importState(stack, withoutCreates(state));
  return [...unlocked, ...mended, `cleared ${creates.length} interrupted creates from the state`];
}

/**
 * The first part of {@link recover}: removes what keeps a stack, and any list of stacks, from being opened.
 *
 * @returns a sentence per thing that was removed
 * @throws Error when the lock is held, or cannot be judged in the stack's backend
 */
export async function unlock(workspace: Workspace, name: string): Promise<string[]> {
  const { locks, folder } = await backendOf(workspace, name);
  const unlocked = await removeStaleLocks(locks, name);
  if (folder === undefined) return unlocked;
  const { name: project } = await workspace.projectSettings();
  return [...unlocked, ...(await removeTornAttributes(folder, project, name))];
}

async function mendClusters(stack: Stack, state: Deployment): Promise<string[]> {
  const { kubeConfigs } = await openMesh(stack);
  const within = (cluster: string, mend: (kubeConfig: KubeConfig) => Promise<string[]>) => {
    const kubeConfig = kubeConfigs.get(cluster);
    if (kubeConfig !== undefined) return inCluster(cluster, kubeConfig, () => mend(kubeConfig));
    throw new Error(
      `a create was interrupted in cluster ${cluster}, which the config no longer has; put the cluster back for this command`,
    );
  };
  const mended: string[] = [];
  for (const release of halfInstalledReleases(interruptedCreates(state))) {
    const forget = (access: KubeConfig) => forgetRelease(release, lastWritten(state), access);
    mended.push(...(await within(release.cluster, forget)));
  }
  for (const object of interruptedObjects(recordedCreates(state), fieldManagers(state))) {
    mended.push(...(await within(object.cluster, (access) => disown(object, access))));
  }
  return mended;
}
