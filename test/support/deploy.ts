import * as pulumi from "@pulumi/pulumi";
import { type MeshSpec, planMesh } from "../../components";
import type { ClusterAccess } from "../../stacks/mesh/access";
import { deployMesh } from "../../stacks/mesh/mesh";
import type { MeshOutputs } from "../../stacks/mesh/outputs";
import { type MockCluster, type Recording, runProgram } from "./mocks";
import { rootCertificate, selfSigned } from "./pki";

/** What deploying a mesh gave, and what it asked of the engine. */
export type Deployed = { result: MeshOutputs } & Recording;

/** A load balancer for every Service that wants one. */
export const LOAD_BALANCER: MockCluster = { ingress: [{ ip: "192.0.2.1" }] };

/** That, and a Secret for every Certificate that cert-manager is asked for. */
export async function certificates(): Promise<MockCluster> {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const own = await selfSigned("Intermediate CA", true, 24 * 365 * 100);
  const root = await rootCertificate();
  const secretData = { "tls.crt": base64(own), "tls.key": base64("key"), "ca.crt": base64(root) };
  return { ...LOAD_BALANCER, secretData };
}

/** Deploys the mesh of a spec whose clusters are all reachable. */
export function deploy(spec: MeshSpec, cluster: MockCluster = LOAD_BALANCER): Promise<Deployed> {
  return runProgram(() => meshProgram(spec), cluster);
}

/** The program of such a mesh, which may have a name in it. */
export function meshProgram(spec: MeshSpec, name?: string): MeshOutputs {
  return deployMesh({ plan: planMesh(spec), access: accessOf(spec.clusters.map(({ name }) => name)) }, name);
}

/** Access to clusters that are all reachable. */
export function accessOf(clusters: readonly string[]): ReadonlyMap<string, ClusterAccess> {
  return new Map(
    clusters.map((name) => {
      const endpoint = pulumi.output({ server: `https://${name}.example`, caData: "Q0E=" });
      return [name, { kubeconfig: pulumi.secret(`kubeconfig of ${name}`), endpoint: () => endpoint }];
    }),
  );
}
