import * as pulumi from "@pulumi/pulumi";
import { type MeshSpec, planMesh } from "../../components";
import { currentOutputs } from "../../stacks/config/stack-references";
import { deployPart } from "../../stacks/mesh/split";
import { type Part, partsOf, reachOf, stackOf } from "../../stacks/mesh/split/parts";
import { OtherStacks } from "../../stacks/mesh/split/told";
import { accessOf, LOAD_BALANCER } from "./deploy";
import { type MockCluster, type Recording, runProgram } from "./mocks";
import { valueOf } from "./outputs";

/** Name of the mesh whose parts are deployed. It is the mocks' stack, so that owners are as in one stack. */
export const MESH = "test";

/** What stacks tell, by their full names. */
export type Told = Record<string, Record<string, unknown>>;

/** Full name of the stack that has a part. */
export function fullName(part: Part): string {
  return `organization/istio-multicluster/${stackOf(MESH, part)}`;
}

/** What deploying one part gave, and what it asked of the engine. */
export interface DeployedPart extends Recording {
  readonly outputs: Record<string, unknown>;
}

/** The program of a part, over what other stacks have told. */
export function partProgram(spec: MeshSpec, part: Part): Record<string, unknown> {
  const plan = planMesh(spec);
  const { own, others } = reachOf(part, plan);
  const stacks = new OtherStacks(MESH, currentOutputs());
  return { ...deployPart({ part, plan, stacks, access: accessOf([...own, ...others]) }) };
}

/**
 * Deploys every part of a mesh in its order, each as a stack of its own.
 *
 * @param told - what stacks have told before; what these tell is added
 */
export async function deployFleet(
  spec: MeshSpec,
  cluster: MockCluster = LOAD_BALANCER,
  told: Told = {},
): Promise<ReadonlyMap<Part, DeployedPart>> {
  const deployed = new Map<Part, DeployedPart>();
  for (const part of partsOf(planMesh(spec))) {
    deployed.set(part, await deployOne(spec, part, cluster, told));
  }
  return deployed;
}

/** The same for one part. */
export async function deployOne(
  spec: MeshSpec,
  part: Part,
  cluster: MockCluster,
  told: Told,
): Promise<DeployedPart> {
  const { result, ...recording } = await runProgram(() => partProgram(spec, part), {
    ...cluster,
    stackOutputs: told,
  });
  const outputs = (await valueOf(pulumi.output(result))) as Record<string, unknown>;
  told[fullName(part)] = outputs;
  return { outputs, ...recording };
}
