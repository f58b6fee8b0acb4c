import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { SAMPLE_IMAGES, SAMPLE_REGISTRY } from "../../../components/defaults";
import { cloneImageStore } from "../../../lab/toolchain/image-store";
import { labImages, PAUSE_IMAGE } from "../../../lab/toolchain/images";

const always = { pilotDiscovery: "/t/pilot-discovery", pilotAgent: "/t/pilot-agent", envoy: "/t/envoy" };
const versions = {
  istio: "1.2.3",
  "cert-manager": "4.5.6",
  vault: "7.8.9",
  spire: "2.3.4",
  "spire-controller-manager": "5.6.7",
  "spiffe-csi": "8.9.0",
};
const imagesWith = (bin: object, bookinfo = false) =>
  labImages({ bin: { ...always, ...bin }, envoyBootstrap: "/t/bootstrap", versions, bookinfo });

describe("a lab's images", () => {
  test("have the names that charts and samples use, as containerd writes them", () => {
    expect(Object.keys(imagesWith({})).sort()).toEqual(
      [
        PAUSE_IMAGE,
        "docker.io/istio/pilot:1.2.3",
        "docker.io/istio/proxyv2:1.2.3",
        `${SAMPLE_REGISTRY}/${SAMPLE_IMAGES.curl}`,
        `${SAMPLE_REGISTRY}/${SAMPLE_IMAGES.helloworld("v1")}`,
        `${SAMPLE_REGISTRY}/${SAMPLE_IMAGES.helloworld("v2")}`,
      ].sort(),
    );
  });

  test.each([
    ["certManagerController", "quay.io/jetstack/cert-manager-controller:v4.5.6"],
    ["vault", "docker.io/hashicorp/vault:7.8.9"],
    ["spireServer", "ghcr.io/spiffe/spire-server:2.3.4"],
    ["spireAgent", "ghcr.io/spiffe/spire-agent:2.3.4"],
    ["spireControllerManager", "ghcr.io/spiffe/spire-controller-manager:5.6.7"],
    ["spiffeCsiDriver", "ghcr.io/spiffe/spiffe-csi-driver:8.9.0"],
    ["csiNodeDriverRegistrar", "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.15.0"],
  ])("hold %s only where the toolchain does", (program, name) => {
    expect(imagesWith({})).not.toHaveProperty([name]);
    expect(Object.values(imagesWith({ [program]: "/t/program" })[name]!.files)).toEqual(["/t/program"]);
  });

  test("hold bookinfo's services and versions where it is asked for", () => {
    const more = Object.keys(imagesWith({}, true)).filter((name) => !(name in imagesWith({})));
    expect(more.map((name) => /bookinfo-(.*):1\.20\.3$/.exec(name)?.[1])).toEqual([
      "productpage-v1",
      "details-v1",
      "ratings-v1",
      "reviews-v1",
      "reviews-v2",
      "reviews-v3",
    ]);
  });

  test("take files that are there", () => {
    const files = Object.values(imagesWith({}, true)).flatMap((image) => Object.values(image.files));
    const own = files.filter((file) => !isAbsolute(file));
    expect(own.length).toBeGreaterThan(0);
    for (const file of own) expect([file, existsSync(join("lab/images", file))]).toEqual([file, true]);
  });
});

describe("a node's clone of the image store", () => {
  const BLOB = "io.containerd.content.v1.content/blobs/sha256/00";
  const DATABASES = [
    "io.containerd.metadata.v1.bolt/meta.db",
    "io.containerd.snapshotter.v1.overlayfs/metadata.db",
  ];
  const folders: string[] = [];
  const temporaryFolder = async (parent: string) => {
    const folder = await mkdtemp(join(parent, "images-test-"));
    folders.push(folder);
    return folder;
  };
  const makeStore = async () => {
    const store = await temporaryFolder(tmpdir());
    for (const file of [BLOB, ...DATABASES]) {
      await mkdir(dirname(join(store, file)), { recursive: true });
      await writeFile(join(store, file), file);
    }
    return store;
  };
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  test("shares all files but the databases, which are its own and stay", async () => {
    const store = await makeStore();
    const target = join(await temporaryFolder(tmpdir()), "containerd");
    await cloneImageStore(store, target);
    expect((await stat(join(target, BLOB))).ino).toBe((await stat(join(store, BLOB))).ino);
    for (const file of DATABASES) {
      expect(await readFile(join(target, file), "utf8")).toBe(file);
      await appendFile(join(target, file), "changed");
      expect(await readFile(join(store, file), "utf8")).toBe(file);
    }
    await cloneImageStore(store, target);
    expect(await readFile(join(target, DATABASES[0]!), "utf8")).toBe(`${DATABASES[0]}changed`);
  });

  test("is a copy on another file system", async () => {
    const store = await makeStore();
    const target = join(await temporaryFolder("/dev/shm"), "containerd");
    await cloneImageStore(store, target);
    for (const file of [BLOB, ...DATABASES]) expect(await readFile(join(target, file), "utf8")).toBe(file);
  });
});
