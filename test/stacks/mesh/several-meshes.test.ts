import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh } from "../../../components";
import { deployMesh } from "../../../stacks/mesh/mesh";
import { accessOf, certificates, deploy, LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { type Registration, runProgram } from "../../support/mocks";
import { mesh, MESHES } from "../../support/specs";

const urns = (registrations: readonly Registration[]) => registrations.map(({ urn }) => urn).sort();

/** The mocks refuse a URN that is there twice, as the engine does. */
describe.each(Object.entries(MESHES))("%s", (_, spec) => {
  test("can be there twice in one program", async () => {
    const { registrations: only } = await deploy(spec, await certificates());
    const { registrations } = await runProgram(
      () => {
        meshProgram(spec);
        meshProgram(spec, "blue");
      },
      await certificates(),
    );
    const second = registrations.filter(({ name }) => name === "blue" || name.startsWith("blue-"));
    expect(urns(registrations.filter((registration) => !second.includes(registration)))).toEqual(urns(only));
    // The component that it is under, but no renderer of charts of its own.
    expect(second).toHaveLength(only.length);
  });

  test("lies beside providers of the program that have the clusters' names", async () => {
    const program = () => {
      for (const { name } of spec.clusters) new k8s.Provider(name, { kubeconfig: "of the program's own" });
      meshProgram(spec, "blue");
    };
    await expect(runProgram(program, await certificates())).resolves.toBeDefined();
  });
});

test("a cluster's mesh-wide policy keeps its place under a named mesh when its istiod moves", async () => {
  const aliasesOf = async (spec: MeshSpec) => {
    const { registrations } = await runProgram(() => meshProgram(spec, "blue"), LOAD_BALANCER);
    const policy = registrations.find(({ name }) => name === "blue-cluster2:istio-system/default");
    return policy?.aliases.join();
  };
  const under = (component: string) =>
    `istio-multicluster:index:Mesh$istio-multicluster:index:${component}$kubernetes:security.istio.io/v1:PeerAuthentication::blue-cluster2:`;
  expect(await aliasesOf(mesh(2))).toContain(under("MeshPolicy"));
  expect(await aliasesOf(MESHES["an external control plane"])).toContain(under("ClusterPrimary"));
});

test("a mesh without a name has no component whose options there could be", async () => {
  const configured = { plan: planMesh(mesh(2)), access: accessOf(["cluster1", "cluster2"]) };
  const { registrations } = await runProgram(() => {
    const parent = new pulumi.ComponentResource("test:index:Team", "team");
    expect(() => deployMesh(configured, undefined, { parent })).toThrow("deployMesh has options and no name");
  });
  expect(registrations.map(({ name }) => name)).toEqual(["team"]);
});
