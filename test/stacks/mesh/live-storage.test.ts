import { expect, onTestFinished, test } from "vitest";
import { storageFault } from "../../../stacks/mesh/identity/live-storage";
import { type Answer, ApiServer } from "../../support/api-server";
import { closedAddress, insecureKubeconfig } from "../../support/served-namespaces";

const CLAIM = "/api/v1/namespaces/spire/persistentvolumeclaims/spire-server-data";
const CLASSES = "/apis/storage.k8s.io/v1/storageclasses";
const VOLUMES = "/api/v1/persistentvolumes";

const list = (...items: object[]) => ({ items });
const storageClass = (name: string, annotations = {}) => ({ metadata: { name, annotations } });
const volume = (phase: string, storageClassName?: string) => ({
  spec: { storageClassName },
  status: { phase },
});

/** What is said of a cluster that answers so; what it is not to be asked for is not there. */
async function fault(answers: Record<string, Answer>, className?: string): Promise<string | undefined> {
  const server = await ApiServer.start((_, path) => (path in answers ? answers[path] : 404));
  onTestFinished(() => server.stop());
  return storageFault(insecureKubeconfig("cluster1", server.url), className, 1000);
}

test.each(["storageclass.kubernetes.io", "storageclass.beta.kubernetes.io"])(
  "a cluster with a default class by %s has a volume for a server",
  async (group) => {
    const classes = list(storageClass("gp2"), storageClass("gp3", { [`${group}/is-default-class`]: "true" }));
    expect(await fault({ [CLASSES]: classes, [VOLUMES]: list() })).toBeUndefined();
  },
);

test("one without is told what to set", async () => {
  const none = { "storageclass.kubernetes.io/is-default-class": "false" };
  const classes = list(storageClass("gp2", none), storageClass("gp3"));
  expect(await fault({ [CLASSES]: classes, [VOLUMES]: list() })).toBe(
    "has no default storage class, so SPIRE's server would wait for its volume for ever; set " +
      "identity.spire.storage.className to one of gp2, gp3, or make one of them the default",
  );
  expect(await fault({ [CLASSES]: list(), [VOLUMES]: list() })).toMatch(/; install a driver of storage/);
});

test("a class that is named has to be there", async () => {
  const cluster = { [CLASSES]: list(storageClass("gp3")), [VOLUMES]: list() };
  expect(await fault(cluster, "gp3")).toBeUndefined();
  expect(await fault(cluster, "gp4")).toBe(
    "has no storage class gp4, so SPIRE's server would wait for its volume for ever; set " +
      "identity.spire.storage.className to one of gp3",
  );
});

test("a volume that somebody made by hand needs no class, and has to be free", async () => {
  const withVolume = (...volumes: object[]) => ({ [CLASSES]: list(), [VOLUMES]: list(...volumes) });
  expect(await fault(withVolume(volume("Available")))).toBeUndefined();
  expect(await fault(withVolume(volume("Available", "by-hand")), "by-hand")).toBeUndefined();
  expect(await fault(withVolume(volume("Bound"), volume("Available", "by-hand")))).toContain("no default");
});

test("a server that has its volume is left alone, and one that waits for it is not", async () => {
  const without = { [CLASSES]: list(), [VOLUMES]: list() };
  expect(await fault({ [CLAIM]: { status: { phase: "Bound" } }, ...without })).toBeUndefined();
  expect(await fault({ [CLAIM]: { status: { phase: "Pending" } }, ...without })).toContain("no default");
});

test("nothing is refused that nobody knows", async () => {
  expect(await fault({ [CLASSES]: 403 })).toBeUndefined();
  expect(await fault({ [CLAIM]: 403, [CLASSES]: list(), [VOLUMES]: list() })).toBeUndefined();
  expect(await fault({ [CLASSES]: undefined })).toBeUndefined();
  const unreachable = insecureKubeconfig("cluster1", await closedAddress());
  expect(await storageFault(unreachable, undefined, 1000)).toBeUndefined();
});

test("a fault of this program is told as what it is, where the API server has answered", async () => {
  const odd = { [CLASSES]: { items: [null] }, [VOLUMES]: list() };
  await expect(fault(odd)).rejects.toThrow(TypeError);
});
