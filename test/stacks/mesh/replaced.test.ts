import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import type { MeshSpec } from "../../../components";
import { configureMesh, deployMesh } from "../../../stacks/mesh/library";
import { apiServer, insecureKubeconfig, type ServedNamespaces } from "../../support/served-namespaces";
import { find, listOf } from "../../support/components";
import { LOAD_BALANCER } from "../../support/deploy";
import { CA_DATA } from "../../support/kubeconfigs";
import { type MockCluster, runFailingProgram, runProgram } from "../../support/mocks";
import { cluster, mesh } from "../../support/specs";

const accessOf = (kubeconfig: string, identity?: pulumi.Input<string>) => ({
  kubeconfig,
  caBundle: Buffer.from(CA_DATA, "base64").toString(),
  loopbackIsShared: true,
  ...(identity === undefined ? {} : { identity }),
});

describe("a cluster that was replaced without a word", () => {
  const deployed = (uids: Record<string, string>): MockCluster => ({ ...LOAD_BALANCER, preview: true, uids });
  /** Each API server is asked for two namespaces and the remote secrets, before anything is made in its cluster and once there is a namespace. */
  const program = async (spec: MeshSpec, served: ServedNamespaces, looks = 2) => {
    let answers = 0;
    const onRequest = () => (answers += 1);
    const access = await Promise.all(
      spec.clusters.map(
        async ({ name }) => [name, accessOf(await apiServer(name, served, onRequest))] as const,
      ),
    );
    return async () => {
      deployMesh(configureMesh(spec, Object.fromEntries(access)));
      await vi.waitUntil(() => answers === spec.clusters.length * 3 * looks, { timeout: 20_000 });
      // For the answer to get from the socket to the check.
      await setTimeout(200);
    };
  };
  const there = (uid: string): ServedNamespaces => ({ "istio-system": { uid } });

  test.each([
    ["a primary", mesh(1), "cluster1"],
    ["a remote", { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })] }, "cluster2"],
    [
      "a host",
      { clusters: [cluster(1), cluster(2, { externalControlPlane: { host: "cluster1" } })] },
      "cluster1",
    ],
  ])("ends a preview, as %s", async (_, spec: MeshSpec, name) => {
    const uids = Object.fromEntries(spec.clusters.map((own) => [`${own.name}-istio-system`, "new"]));
    const { failures } = await runFailingProgram(
      await program(spec, there("new")),
      deployed({ ...uids, [`${name}-istio-system`]: "old" }),
    );
    expect(failures).toEqual([
      expect.stringContaining(`access of ${name} does not lead to the cluster that was`),
    ]);
    expect(failures.join()).toContain("had the UID old, and there is another one (UID new)");
    expect(failures.join()).toContain("run pulumi up --refresh --run-program");
  });

  test("ends it also where there is nothing of Istio", async () => {
    const { failures } = await runFailingProgram(
      await program(mesh(1), { "kube-system": { uid: "1" } }),
      deployed({ "cluster1-istio-system": "old" }),
    );
    expect(failures.join()).toContain("had the UID old, and there is none");
  });

  test.each<[string, ServedNamespaces]>([
    ["is the one that was made", there("old")],
    ["may not be read", { "istio-system": 403 }],
  ])("is none whose namespace %s", async (_, served) => {
    const { registrations } = await runProgram(
      await program(mesh(1), served),
      deployed({ "cluster1-istio-system": "old" }),
    );
    expect(listOf(registrations)).toContain("kubernetes:core/v1:Namespace cluster1-istio-system");
  });

  test("is none whose namespace changes in a preview that the API server may not try for this user", async () => {
    const run = await program(mesh(1), there("old"), 1);
    expect((await runFailingProgram(run, deployed({}))).failures).toEqual([]);
  });

  test("is none that is yet to be made", async () => {
    const run = await program(mesh(1), {}, 1);
    const { failures } = await runFailingProgram(run, {
      ...deployed({ "cluster1-istio-system": "tried by the API server" }),
      unmade: ["cluster1-istio-system"],
    });
    expect(failures).toEqual([]);
  });
});

describe("the identity of a cluster", () => {
  const NOWHERE = insecureKubeconfig("cluster1", "http://127.0.0.1:1");
  const identifierWith = async (
    identity: pulumi.Input<string> | undefined,
    stashed: Record<string, string>,
    spec = mesh(1),
  ) => {
    const [{ name } = { name: "" }] = spec.clusters;
    const access = { [name]: accessOf(NOWHERE, identity) };
    const { registrations } = await runProgram(() => deployMesh(configureMesh(spec, access)), {
      ...LOAD_BALANCER,
      stashed,
    });
    return find(registrations, name, "providers:kubernetes").inputs["clusterIdentifier"];
  };

  test("changes nothing as long as it is the first one", async () => {
    expect(await identifierWith("arn:1", {})).toBe("cluster1");
    expect(await identifierWith(pulumi.output("arn:1"), { "cluster1.identity": "arn:1" })).toBe("cluster1");
  });

  test("makes another cluster of it once it changes", async () => {
    expect(await identifierWith("arn:2", { "cluster1.identity": "arn:1" })).toBe("cluster1@arn:2");
  });

  test("is another one of the cluster's first name after a rename", async () => {
    const spec = { clusters: [cluster(1, { name: "eu", formerName: "cluster1" })] };
    const stashed = { "eu.identifier": "cluster1", "eu.identity": "arn:1" };
    expect(await identifierWith("arn:2", stashed, spec)).toBe("cluster1@arn:2");
  });

  test.each([
    ["is changed", "arn:2", "istio-multicluster/test/cluster1"],
    ["is taken away", undefined, "istio-multicluster/test/cluster1@arn:2"],
  ])("that %s while the cluster is the same is refused", async (_, identity, owner) => {
    const kubeconfig = await apiServer("cluster1", { "istio-system": { uid: "1", owner } });
    const access = { cluster1: accessOf(kubeconfig, identity) };
    const { failures, registrations } = await runFailingProgram(
      () => deployMesh(configureMesh(mesh(1), access)),
      { ...LOAD_BALANCER, preview: true, stashed: { "cluster1.identity": "arn:1" } },
    );
    expect(failures.join()).toContain(
      "its identity has changed though it is the same cluster, from which the mesh would be deleted: give identity the value that it had",
    );
    expect(listOf(registrations).join()).not.toContain("kubernetes:");
  });
});
