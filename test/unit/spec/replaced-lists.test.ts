import { describe, expect, test } from "vitest";
import { type HelmValues, type MeshSpec, validateMesh } from "../../../components";
import { externalIstiodValues } from "../../../components/values/external";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster } from "../../support/specs";

const ALIASES = "--clusterAliases=old=cluster1,older=cluster2";

/** A renamed primary and its renamed remote. */
const renamed = (values: HelmValues): MeshSpec => ({
  clusters: [
    cluster(1, { formerName: "old", istiod: { values } }),
    cluster(2, { controlPlanes: ["cluster1"], formerName: "older", platform: "kind" }),
  ],
});

const external = (values: HelmValues, isPublic = false): MeshSpec => ({
  clusters: [
    cluster(1),
    cluster(2, {
      externalControlPlane: {
        host: "cluster1",
        ...(isPublic ? { publicEndpoint: { hostName: "istiod.example.com", certificateSecret: "tls" } } : {}),
      },
      istiod: { values },
    }),
  ],
});

const named = (...names: string[]) => names.map((name) => ({ name }));

const rows: Record<string, RuleCase> = {
  "arguments that take away the aliases of renamed clusters": {
    bad: renamed({ extraContainerArgs: ["--keepaliveInterval=5s"] }),
    path: "clusters[0].istiod.values.extraContainerArgs",
    message: `replaces the list with ${ALIASES}, without which the istiod of cluster1 does not work as configured; add that to yours, or remove the value`,
    good: renamed({ extraContainerArgs: ["--keepaliveInterval=5s", ALIASES] }),
  },
  "no arguments instead of the aliases": {
    bad: renamed({ extraContainerArgs: null }),
    path: "clusters[0].istiod.values.extraContainerArgs",
    message: "replaces the list with",
    good: renamed({ env: {} }),
  },
  "volumes of an external control plane that take away its own": {
    bad: external({ volumes: named("mine", "config-volume") }),
    path: "clusters[1].istiod.values.volumes",
    message: "replaces the list with inject-volume,",
    good: external({ volumes: named("mine", "config-volume", "inject-volume") }),
  },
  "mounts of one with a public name that take away its certificate": {
    bad: external({ volumeMounts: named("config-volume", "inject-volume") }, true),
    path: "clusters[1].istiod.values.volumeMounts",
    message: "replaces the list with public-certificate,",
    good: external({ volumeMounts: named("config-volume", "inject-volume") }),
  },
  "arguments of one with a public name that take away its certificate": {
    bad: external({ extraContainerArgs: ["--x"] }, true),
    path: "clusters[1].istiod.values.extraContainerArgs",
    message: "replaces the list with --tlsCertFile=, --tlsKeyFile=, --caCertFile=,",
    good: external({ extraContainerArgs: ["--x"] }),
  },
};

describe("validateMesh reports", () => testRules(rows));

test("a user's lists of the mesh's own entries are what an external control plane needs", () => {
  const { extraContainerArgs, volumes, volumeMounts } = externalIstiodValues({
    clusterName: "cluster2",
    network: "network2",
    meshId: "mesh1",
    trustDomain: "cluster.local",
    imagePullSecrets: [],
    publicHostName: "istiod.example.com",
    certificateSecret: "tls",
  });
  expect(validateMesh(external({ extraContainerArgs, volumes, volumeMounts }, true))).toEqual([]);
});

test("a primary that nothing was renamed of may have any arguments", () => {
  const spec = {
    clusters: [cluster(1, { istiod: { values: { extraContainerArgs: ["--x"], volumes: [] } } })],
  };
  expect(validateMesh(spec)).toEqual([]);
});
