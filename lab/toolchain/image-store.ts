import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { withFileLock } from "./file-lock";
import type { Image } from "./images";
import { formatDuration, runSteps } from "./progress";
import { loadExeca, run } from "./run";

/** All images share them as one layer: what one of them needs does the others no harm. */
const PACKAGES = [
  ...["busybox", "ca-certificates", "catatonit", "curl", "iproute2", "iptables"],
  ...["gunicorn", "python3-flask", "python3-gevent"],
];

const MMDEBSTRAP = [
  // Only unpacked: their own scripts would need twice the space and several times the time.
  "--variant=extract",
  `--include=${PACKAGES.join(",")}`,
  // All is root's: the one user there is where a user without root unpacks it.
  '--aptopt=APT::Sandbox::User "root"',
  "--skip=output/dev",
  "bookworm",
];

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const OWN_FILES = resolve(__dirname, "..", "images");

/** Files that containerd writes in place; all others below its root folder it only adds and removes. */
const DATABASES = [
  "io.containerd.metadata.v1.bolt/meta.db",
  "io.containerd.snapshotter.v1.overlayfs/metadata.db",
];

export interface ImageStoreOptions {
  cacheDir: string;
  /** Takes the progress line by line instead of standard output. */
  log?: ((line: string) => void) | undefined;
}

type Command = (name: string, ...args: string[]) => Promise<string>;

/** Returns a root folder of containerd with the images unpacked, to be cloned: from the cache, else built now. */
export async function ensureImageStore(
  images: Record<string, Image>,
  { cacheDir, log }: ImageStoreOptions,
): Promise<string> {
  const root = join(resolve(cacheDir), "images");
  const base = join(root, `base-${digest(process.arch, MMDEBSTRAP, PATH, ownFile("base.sh"))}`);
  const ownFiles = Object.values(images).flatMap(({ files }) => Object.values(files).map(ownFile));
  const entry = join(root, `store-${digest(base, images, ownFiles, ownFile("import.sh"))}`);
  const store = join(entry, "containerd");
  if (existsSync(store)) return store;
  const logFile = join(resolve(cacheDir), "logs", "images.log");
  for (const folder of [root, dirname(logFile)]) await mkdir(folder, { recursive: true });
  const build = async (report: (state: string) => void) => {
    const start = Date.now();
    const command: Command = (name, ...args) => run(name, args, { log: logFile });
    await withFileLock(
      join(root, "lock"),
      () => report("waiting for another run's build"),
      async () => {
        report("building, about 1 min");
        await publish(base, (draft) => buildBase(draft, command));
        await publish(entry, (draft) => buildStore(draft, base, images, command));
      },
    );
    return `built in ${formatDuration((Date.now() - start) / 1000)}`;
  };
  await runSteps([{ title: `${Object.keys(images).length} container images`, run: build }], log);
  return store;
}

/**
 * Gives a node the images, unless it has them: a root folder of its own for its containerd. Files are hard links into
 * the store where both are on one file system, so all nodes share them on disk and in memory.
 */
export async function cloneImageStore(store: string, target: string): Promise<void> {
  const execa = await loadExeca();
  await publish(target, async (draft) => {
    const linked = await execa("cp", ["-alT", store, draft], { reject: false });
    if (linked.failed) await execa("cp", ["-aT", "--remove-destination", store, draft]);
    for (const file of DATABASES) {
      await execa("cp", ["-a", "--remove-destination", join(store, file), join(draft, file)]);
    }
  });
}

/** Makes a folder that is there whole or not at all. */
async function publish(folder: string, build: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await build(draft);
  await rename(draft, folder);
}

/** An OCI layout with the Debian packages as the image `base`. */
async function buildBase(draft: string, run: Command): Promise<void> {
  const layer = join(draft, "layer.tar");
  await run("mmdebstrap", `--extract-hook=${join(OWN_FILES, "base.sh")}`, ...MMDEBSTRAP, layer);
  const layout = join(draft, "layout");
  await run("umoci", "init", "--layout", layout);
  await run("umoci", "new", "--image", `${layout}:base`);
  await run("umoci", "raw", "add-layer", "--image", `${layout}:base`, layer);
  await run("umoci", "config", "--image", `${layout}:base`, "--config.env", PATH);
  await rm(layer);
}

/** containerd's root folder with the images, from an archive that is dropped again. */
async function buildStore(
  draft: string,
  base: string,
  images: Record<string, Image>,
  run: Command,
): Promise<void> {
  const layout = join(draft, "layout");
  await cp(join(base, "layout"), layout, { recursive: true });
  for (const [name, { config, files }] of Object.entries(images)) {
    const settings = Object.entries(config).flatMap(([key, values]) =>
      [values].flat().map((value) => `--config.${key}=${value}`),
    );
    await run("umoci", "config", "--image", `${layout}:base`, "--tag", name, ...settings);
    await addFiles(`${layout}:${name}`, files, join(draft, "files"), run);
  }
  await run("umoci", "rm", "--image", `${layout}:base`);
  const archive = join(draft, "archive.tar");
  await run("tar", "-C", layout, "-cf", archive, ".");
  const namespaces = ["--mount", "--net", "--pid", "--mount-proc", "--fork", "--kill-child"];
  if (process.getuid?.() !== 0) namespaces.push("--map-root-user");
  await run("unshare", ...namespaces, join(OWN_FILES, "import.sh"), archive, join(draft, "containerd"));
  await rm(layout, { recursive: true });
  await rm(archive);
}

/** Adds a layer with the files, which root owns in the image whoever owns them here. */
async function addFiles(image: string, files: Image["files"], tree: string, run: Command): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await symlink(resolve(OWN_FILES, file), join(tree, path));
  }
  await mkdir(tree, { recursive: true });
  const layer = `${tree}.tar`;
  const asRoots = ["--owner=root:0", "--group=root:0", "--mode=a+rX"];
  await run("tar", "-C", tree, "--dereference", ...asRoots, "-cf", layer, ".");
  await run("umoci", "raw", "add-layer", "--image", image, layer);
  await rm(tree, { recursive: true });
  await rm(layer);
}

function digest(...inputs: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 12);
}

/** A file of lab/images for a key; a tool's is named by its path, which is as good as its contents. */
function ownFile(file: string): string {
  return isAbsolute(file) ? file : readFileSync(join(OWN_FILES, file), "utf8");
}
