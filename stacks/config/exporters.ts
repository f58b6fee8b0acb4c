import * as pulumi from "@pulumi/pulumi";
import { meshTrustDomain } from "../../components/spec/trust-domains/plan";
import type { ExporterSpec, OfferedServicePlan, ServiceSpec } from "../../components/spec/types";
import type { ExporterAddresses } from "../mesh/imports";
import type { MeshConfig } from "./schema";
import type { OutputOf } from "./stack-references";

/** Name of the output in which a stack tells what it exports. */
const EXPORTS = "exports";

/** What this config says of a cluster of another stack, for which that is asked. */
export interface Wanted {
  /** Services that are imported from there. */
  readonly wanted: readonly ServiceSpec[];
  /** Trust domain that it has unless another one is said. */
  readonly trustDomain: string;
}

/** The addresses that other stacks tell of their clusters' gateways, once what they export is what is imported here. */
export function exporterAddresses(mesh: MeshConfig, outputOf: OutputOf): ExporterAddresses {
  const { exporters = [], services = [] } = mesh;
  const trustDomain = meshTrustDomain(mesh);
  const entries = exporters.flatMap((exporter, index): [string, pulumi.Output<string>][] => {
    const { name, from } = exporter;
    if (from === undefined) return [];
    const wanted = services.filter(({ clusters }) => clusters.includes(name));
    const told = outputOf(from.stackReference, from.output ?? EXPORTS);
    const path = `exporters[${index}].from`;
    return [[name, told.apply((text) => readExports(text, exporter, { wanted, trustDomain }, path))]];
  });
  return new Map(entries);
}

/** What a stack tells of one of its clusters, as far as it is as it should be. */
interface Told {
  readonly address?: unknown;
  readonly addressType?: unknown;
  readonly trustDomain?: unknown;
  readonly services?: readonly Partial<OfferedServicePlan>[];
}

/**
 * The address of a cluster's gateway in an output.
 *
 * @param text - the output, JSON
 * @throws pulumi.RunError where the other stack does not export them, or not as this config says
 */
export function readExports(
  text: string,
  { name, from, addressType = "ip", trustDomain: given }: ExporterSpec,
  { wanted, trustDomain }: Wanted,
  path: string,
): string {
  const fail = (message: string): never => {
    throw new pulumi.RunError(
      `${path}: output ${from?.output ?? EXPORTS} of ${from?.stackReference} ${message}`,
    );
  };
  const clusters = parsed(text) ?? fail(`is not what a stack of this program tells in ${EXPORTS}`);
  const cluster = from?.cluster ?? name;
  const told = clusters[cluster];
  if (told === undefined) {
    return fail(`has no cluster ${cluster}; it has ${Object.keys(clusters).join(", ") || "none"}`);
  }
  if (typeof told.address !== "string") return fail(`has no address of ${cluster}`);
  if (told.addressType !== addressType) {
    return fail(
      `says that the gateway of ${cluster} has an address of type ${String(told.addressType)}; set addressType`,
    );
  }
  // Otherwise every answer would be refused, and nothing would say why.
  if (told.trustDomain !== (given ?? trustDomain)) {
    return fail(`says that ${cluster} is of the trust domain ${String(told.trustDomain)}; set trustDomain`);
  }
  for (const service of wanted) {
    const { namespace } = service;
    const offered = told.services?.find(
      (other) => other.name === service.name && other.namespace === namespace,
    );
    if (offered === undefined) {
      return fail(
        `exports no ${namespace}/${service.name} from ${cluster}; its stack has to say exported: true`,
      );
    }
    const difference = differs(service, offered);
    if (difference !== undefined) {
      return fail(
        `has other ${difference} of ${namespace}/${service.name} than services here; take them from there`,
      );
    }
  }
  return told.address;
}

function parsed(text: string): Readonly<Record<string, Told>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, Told>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What of a service is described in another way than its own stack does. */
function differs(service: ServiceSpec, offered: Partial<OfferedServicePlan>): string | undefined {
  const ports = (list: OfferedServicePlan["ports"] = []) =>
    list
      .map(({ name, port }) => `${name} ${port}`)
      .sort()
      .join();
  const accounts = (list: readonly string[] = []) => [...list].sort().join();
  if (ports(service.ports) !== ports(offered.ports)) return "ports";
  // None are said here where anybody may answer.
  if (service.serviceAccounts === undefined) return undefined;
  return accounts(service.serviceAccounts) === accounts(offered.serviceAccounts)
    ? undefined
    : "serviceAccounts";
}
