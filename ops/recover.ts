import type { Stack } from "@pulumi/pulumi/automation";
import { forgetRelease, halfInstalledReleases } from "./half-installed-releases";
import { hasCreates, interruptedCreates, type Operation, withoutCreates } from "./interrupted";
import { openMesh } from "./open-mesh";
import { removeStaleLocks } from "./stale-lock";

/**
 * Makes a stack whose `pulumi up` was killed ready for the next one: removes the file backend's lock once its process
 * is dead, Helm's record of a release that was being installed, and the state's memory of what was being created.
 * Touches nothing that a finished `up` left.
 *
 * @param stateDir - folder of the file backend; none for a backend that manages its locks itself
 * @returns a sentence per thing that was mended
 */
export async function recover(stack: Stack, stateDir?: string): Promise<string[]> {
  const { name: project } = await stack.workspace.projectSettings();
  const done = stateDir === undefined ? [] : await removeStaleLocks(stateDir, project, stack.name);
  const state = await stack.exportStack();
  const creates = interruptedCreates(state);
  done.push(...(await forgetReleases(stack, creates)));
  if (hasCreates(state)) {
    await stack.importStack(withoutCreates(state));
    done.push(
      `cleared what the state remembers of interrupted creates, ${creates.length} of them never finished`,
    );
  }
  return done;
}

async function forgetReleases(stack: Stack, creates: readonly Operation[]): Promise<string[]> {
  const releases = halfInstalledReleases(creates);
  if (releases.length === 0) return [];
  const { kubeConfigs } = await openMesh(stack);
  const done: string[] = [];
  for (const release of releases) {
    const kubeConfig = kubeConfigs.get(release.cluster);
    if (kubeConfig === undefined) {
      throw new Error(
        `the state has a half-installed release ${release.name} in cluster ${release.cluster}, which the config no longer has; put the cluster back for this command`,
      );
    }
    done.push(...(await forgetRelease(release, kubeConfig)));
  }
  return done;
}
