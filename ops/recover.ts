import type { KubeConfig } from "@kubernetes/client-node";
import type { Deployment, Stack } from "@pulumi/pulumi/automation";
import { disown, interruptedObjects } from "./field-managers";
import { forgetRelease, halfInstalledReleases } from "./half-installed-releases";
import { fieldManagers, interruptedCreates, recordedCreates, withoutCreates } from "./interrupted";
import { openMesh } from "./open-mesh";
import { removeStaleLocks } from "./stale-lock";
import { removeTornAttributes } from "./torn-attributes";

/**
 * Makes a stack whose `pulumi up` was killed ready for the next one: removes the file backend's lock once its process
 * is dead, Helm's record of a release that was being installed, the field managers of interrupted creates, and the
 * state's memory of them. Touches nothing that a finished `up` left, and can itself be run again.
 *
 * @param stateDir - folder of the file backend; none for a backend that manages its locks itself
 * @returns a sentence per thing that was mended
 */
export async function recover(stack: Stack, stateDir?: string): Promise<string[]> {
  const { name: project } = await stack.workspace.projectSettings();
  const unlocked =
    stateDir === undefined
      ? []
      : [
          ...(await removeStaleLocks(stateDir, project, stack.name)),
          ...(await removeTornAttributes(stateDir)),
        ];
  const state = await stack.exportStack();
  const creates = recordedCreates(state);
  if (creates.length === 0) return unlocked;
  const mended = await mendClusters(stack, state);
  // Last, so that a recovery that is itself interrupted finds what it has to mend once more.
  await stack.importStack(withoutCreates(state));
  return [...unlocked, ...mended, `cleared ${creates.length} interrupted creates from the state`];
}

async function mendClusters(stack: Stack, state: Deployment): Promise<string[]> {
  const { kubeConfigs } = await openMesh(stack);
  const access = (cluster: string): KubeConfig => {
    const kubeConfig = kubeConfigs.get(cluster);
    if (kubeConfig !== undefined) return kubeConfig;
    throw new Error(
      `a create was interrupted in cluster ${cluster}, which the config no longer has; put the cluster back for this command`,
    );
  };
  const mended: string[] = [];
  for (const release of halfInstalledReleases(interruptedCreates(state))) {
    mended.push(...(await forgetRelease(release, access(release.cluster))));
  }
  for (const object of interruptedObjects(recordedCreates(state), fieldManagers(state))) {
    mended.push(...(await disown(object, access(object.cluster))));
  }
  return mended;
}
