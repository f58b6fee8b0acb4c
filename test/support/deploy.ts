import * as pulumi from "@pulumi/pulumi";
import { type MeshSpec, planMesh } from "../../components";
import { deployMesh } from "../../stacks/mesh/mesh";
import type { MeshOutputs } from "../../stacks/mesh/outputs";
import { type MockCluster, type Recording, runProgram } from "./mocks";

/** What deploying a mesh gave, and what it asked of the engine. */
export type Deployed = { result: MeshOutputs } & Recording;

/** A load balancer for every Service that wants one. */
export const LOAD_BALANCER: MockCluster = { ingress: [{ ip: "192.0.2.1" }] };

/** Deploys the mesh of a spec whose clusters are all reachable. */
export function deploy(spec: MeshSpec, cluster: MockCluster = LOAD_BALANCER): Promise<Deployed> {
  return runProgram(() => meshProgram(spec), cluster);
}

/** The program of such a mesh. */
export function meshProgram(spec: MeshSpec): MeshOutputs {
  const access = spec.clusters.map(({ name }) => {
    const endpoint = pulumi.output({ server: `https://${name}.example`, caData: "Q0E=" });
    return [name, { kubeconfig: pulumi.secret(`kubeconfig of ${name}`), endpoint: () => endpoint }] as const;
  });
  return deployMesh({ plan: planMesh(spec), access: new Map(access) });
}
