import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import type { Suite } from "../support/suite";

/** The lab's config value, open to any change. */
type MeshValue = Record<string, unknown> & {
  clusters: (Record<string, unknown> & { access: Record<string, unknown> })[];
};

interface BadInput {
  readonly what: string;
  /** Changes the lab's own config value. `folder` holds the files of {@link BROKEN_KUBECONFIGS}. */
  readonly change: (mesh: MeshValue, folder: string) => void;
  /** Each has to be in the message. */
  readonly says: readonly (string | RegExp)[];
}

const long = "c".repeat(64);

const BAD_INPUTS: readonly BadInput[] = [
  {
    what: "a duplicate cluster name",
    change: (mesh) => (mesh.clusters[1]!.name = "cluster1"),
    says: ["clusters[1].name", "already the name of clusters[0]"],
  },
  {
    what: "a name that is no DNS-1123 label",
    change: (mesh) => (mesh.clusters[0]!.name = "Cluster_1"),
    says: ["clusters[0].name", "DNS-1123"],
  },
  {
    what: "the name Kubernetes",
    change: (mesh) => (mesh.clusters[0]!.name = "Kubernetes"),
    says: ["clusters[0].name", "must not be Kubernetes"],
  },
  {
    what: "an empty and an over-long name, both at once",
    change: (mesh) => {
      mesh.clusters[0]!.name = "";
      mesh.clusters[1]!.name = long;
    },
    says: ["clusters[0].name must not be empty", "clusters[1].name has 64 characters"],
  },
  {
    what: "an unknown cluster in a link, a self-link and a link given twice, all at once",
    change: (mesh) =>
      (mesh.links = [
        { observer: "cluster1", observed: "nowhere" },
        { observer: "cluster1", observed: "cluster1" },
        { observer: "cluster1", observed: "cluster2" },
        { observer: "cluster1", observed: "cluster2" },
      ]),
    says: [
      /links\[0\]\.observed "nowhere" is not a cluster/,
      /links\[1\] links cluster1 to itself/,
      /links\[3\] cluster1 -> cluster2 is already links\[2\]/,
    ],
  },
  {
    what: "a missing kubeconfig file",
    change: (mesh) => (mesh.clusters[0]!.access.kubeconfigFile = "/nowhere/config"),
    says: ["clusters[0].access /nowhere/config does not exist"],
  },
  {
    what: "a missing context",
    change: (mesh) => (mesh.clusters[0]!.access.context = "nobody"),
    says: ["clusters[0].access", 'has no context "nobody"', '"cluster1"'],
  },
  {
    what: "a kubeconfig without server, and one without inline CA",
    change: (mesh, folder) => {
      mesh.clusters[0]!.access = { kubeconfigFile: join(folder, "no-server.yaml") };
      mesh.clusters[1]!.access = { kubeconfigFile: join(folder, "no-ca.yaml") };
    },
    says: [
      /clusters\[0\]\.access .*names no server .*set apiServer/,
      /clusters\[1\]\.access .*no inline CA.*set caBundle/,
    ],
  },
  {
    what: "a loopback API address",
    change: (mesh) => (mesh.clusters[0]!.apiServer = "https://127.0.0.1:6443"),
    says: ["clusters[0].apiServer", "loopback address", "set apiServer"],
  },
  {
    what: "unknown keys, at the root and deep inside",
    change: (mesh) => {
      mesh.metworks = {};
      mesh.clusters[2]!.gateway = { replica: 2 };
    },
    says: ["metworks is not a known setting", "clusters[2].gateway.replica is not a known setting"],
  },
  {
    what: "a network without a gateway that another network must reach",
    change: (mesh) => (mesh.clusters[1]!.gateway = { enabled: false }),
    says: ["clusters[1].gateway.enabled", "reached from other networks by cluster1, cluster3"],
  },
  {
    what: "an intermediate that outlives the root",
    change: (mesh) => (mesh.ca = { rootValidityDays: 10, intermediateValidityDays: 11 }),
    says: ["ca.intermediateValidityDays", "outlive the root"],
  },
  {
    what: "no clusters at all",
    change: (mesh) => (mesh.clusters = []),
    says: ["clusters is empty"],
  },
];

const kubeconfig = (cluster: object) =>
  stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "c", user: {} }],
  });

const BROKEN_KUBECONFIGS = {
  "no-server.yaml": kubeconfig({ "certificate-authority-data": "Y2E=" }),
  "no-ca.yaml": kubeconfig({ server: "https://198.18.0.1:6443", "certificate-authority": "/etc/ca.pem" }),
};

/** Bad input ends a preview before a resource is registered, with a message that says where and how to mend it. */
export function badInputScenario(suite: Suite): void {
  test.for(BAD_INPUTS)("preview refuses $what", async ({ change, says }) => {
    const error = await previewError(suite, change);
    for (const part of says) expect(error).toMatch(part);
    const state = await suite.stack.exportStack();
    expect(state.deployment.resources ?? []).toEqual([]);
  });

  test("and accepts the same config without the fault", async () => {
    await suite.configure();
    const { changeSummary } = await suite.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["create"]);
  });
}

async function previewError(suite: Suite, change: BadInput["change"]): Promise<string> {
  const config = await suite.stack.getConfig("istio-multicluster:mesh");
  const mesh = JSON.parse(config.value) as MeshValue;
  for (const [file, text] of Object.entries(BROKEN_KUBECONFIGS)) {
    await writeFile(join(suite.place.workDir, file), text);
  }
  change(mesh, suite.place.workDir);
  const settings = stringify({ config: { "istio-multicluster:mesh": mesh } });
  await writeFile(join(suite.place.workDir, `Pulumi.${suite.place.stack}.yaml`), settings);
  try {
    await suite.stack.preview();
  } catch (error) {
    return String(error);
  } finally {
    await suite.configure();
  }
  throw new Error("the preview succeeded");
}
