import { userInfo } from "node:os";
import { resolve } from "node:path";
import type { Workspace } from "@pulumi/pulumi/automation";
import { folderLocks, type LockStore, pulumiLocks } from "./lock-stores";

/** What `recover` needs to know of where a stack's state is. */
export interface Backend {
  readonly locks: LockStore;
  /** Folder of a file backend; none where the state is elsewhere. */
  readonly folder?: string;
}

/** Pulumi keeps locks in all of these in the same way. */
const OBJECT_STORES = ["s3:", "gs:", "azblob:"];

/**
 * Finds the backend that Pulumi itself uses for a stack, wherever that is set: `PULUMI_BACKEND_URL`, `backend.url` of
 * Pulumi.yaml, or `pulumi login`.
 *
 * @throws Error where a stack's locks cannot be seen or judged, with what to do instead
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/
 */
export async function backendOf(workspace: Workspace, stack: string): Promise<Backend> {
  const { url = "" } = await workspace.whoAmI();
  const scheme = /^\w+:/.exec(url)?.[0] ?? "";
  if (isPulumiCloud(url)) throw new Error(pulumiCloud(url, stack));
  if (OBJECT_STORES.includes(scheme)) return { locks: pulumiLocks(workspace, stack) };
  if (scheme !== "file:") {
    throw new Error(
      `stack ${stack} is in ${url}, a backend whose locks this command does not know: nothing was changed. ` +
        `It knows file://, s3://, gs:// and azblob://`,
    );
  }
  const folder = folderOf(url, workspace.workDir);
  const { name: project } = await workspace.projectSettings();
  return { folder, locks: folderLocks(folder, project, stack) };
}

/** Folder of the file backend that Pulumi uses for a project; none where its states are elsewhere. */
export async function backendFolder(workspace: Workspace): Promise<string | undefined> {
  const { url = "" } = await workspace.whoAmI();
  return url.startsWith("file:") ? folderOf(url, workspace.workDir) : undefined;
}

/** Whether a backend is Pulumi Cloud. Of one's own server of it the address is that of its console, if Pulumi can guess that. */
export function isPulumiCloud(url = ""): boolean {
  return url === "" || /^https?:/.test(url);
}

/**
 * The folder of a file backend, as Pulumi finds it: `~`, which `pulumi login --local` stands for, is the home that the
 * system knows for the user, whatever HOME says, and the address is none of a host but a path, which may be relative.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/backend.go
 */
function folderOf(url: string, workDir: string): string {
  const [path = ""] = url.slice("file://".length).split("?");
  return resolve(workDir, decodeURIComponent(path).replace(/^~(?=\/|$)/, userInfo().homedir));
}

function pulumiCloud(url: string, stack: string): string {
  return [
    `stack ${stack} is in Pulumi Cloud${url && ` (${url})`}, which alone knows whether an update still runs: nothing was changed.`,
    `If its process is dead, run these instead:`,
    `  pulumi cancel --stack ${stack}`,
    `  pulumi refresh --clear-pending-creates --stack ${stack}`,
    `  pulumi up --stack ${stack}`,
    `Where the latter says "cannot re-use a name", delete the Secret sh.helm.release.v1.istio-base.v1 in istio-system of`,
    `that cluster, if the interrupted update made it, and run it once more.`,
  ].join("\n");
}
