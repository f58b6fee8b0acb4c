import { linkName } from "../../components/names";
import type { MeshPlan } from "../../components/spec/types";
import { clusterPart, type Part, partsOf } from "../../stacks/mesh/split/parts";

/** A resource at the top of a stack, or what it is made of. */
export interface TopResource {
  /** Type token. */
  readonly type: string;
  readonly name: string;
}

/** What a resource at the top has after the name of its cluster, by the class of the component. */
const OF_CLUSTERS: Readonly<Record<string, string>> = {
  ClusterPrimary: "",
  ClusterRemote: "",
  ExistingCluster: "",
  ExternalControlPlane: "",
  MeshPolicy: "",
  EastWestGateway: "-gateway",
  IngressGateway: "-ingress",
  SampleApps: "-sample-apps",
  ServiceStubs: "-service-stubs",
  ServiceExport: "-exports",
};

const OF_TRUST = ["RootCA", "IntermediateCA", "IssuedCA", "CaSigningRequest"];

/** What is recorded of a cluster: no cluster's name has a dot. */
const RECORDS = [".identifier", ".identity", ".unchangeable"];

/** What is recorded of a cluster by the stack that has its applications alone. */
const OF_APPLICATIONS = ".names";

/** What is recorded of the mesh, in each of its stacks. */
const OF_THE_MESH = ["unchangeable", "unchangeable-signer"];

/**
 * The parts of a mesh that have a resource of its one stack; more than one where each has it. What others only read, and
 * providers, which follow whatever needs them, are in none.
 *
 * @throws Error where it is unknown whose it is, so that nothing is lost
 */
export function partsWith({ type, name }: TopResource, plan: MeshPlan): readonly Part[] {
  if (type.startsWith("pulumi:providers:") || type === "pulumi:pulumi:StackReference") return [];
  const className = type.split(":").at(-1) ?? "";
  const parts = type === "pulumi:index:Stash" ? ofRecord(name, plan) : ofComponent(className, name, plan);
  const known = parts.filter((part) => partsOf(plan).includes(part));
  if (known.length > 0) return known;
  throw new Error(
    `${className} ${name} is of no part of the mesh; run pulumi up, so that the stack has what the config says`,
  );
}

function ofRecord(name: string, plan: MeshPlan): readonly Part[] {
  if (OF_THE_MESH.includes(name)) return partsOf(plan);
  if (name.endsWith(OF_APPLICATIONS)) return [stackWith(name.slice(0, -OF_APPLICATIONS.length), plan)];
  const record = RECORDS.find((suffix) => name.endsWith(suffix));
  if (record === undefined) return [];
  const cluster = name.slice(0, -record.length);
  // A cluster where an issuer signs for all is reached by the stack that signs, before its own stack tells anything.
  return [stackWith(cluster, plan), ...(plan.ca.issuer?.cluster === cluster ? (["trust"] as const) : [])];
}

function ofComponent(className: string, name: string, plan: MeshPlan): readonly Part[] {
  if (OF_TRUST.includes(className) || (className === "Namespace" && name === "ca-certificates"))
    return ["trust"];
  if (className === "ServiceImport" || className === "ObserverSecret") return ["links"];
  if (className === "RemoteSecretLink") {
    const link = plan.links.find(({ observer, observed }) => name === linkName(observer, observed));
    return link === undefined ? [] : [link.serves ? clusterPart(link.observed) : "links"];
  }
  const suffix = OF_CLUSTERS[className];
  const cluster = plan.clusters.find((candidate) => name === `${candidate.name}${suffix}`);
  return suffix === undefined || cluster === undefined ? [] : [stackWith(cluster.name, plan)];
}

/** The part that has what is in a cluster: of a host that of its config cluster. */
function stackWith(cluster: string, { clusters }: MeshPlan): Part {
  const own = clusters.find(({ name }) => name === cluster);
  return clusterPart(own?.runsIstiodOf ?? cluster);
}
