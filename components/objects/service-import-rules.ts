import { CLUSTER_LABEL } from "../names";
import { orderByCluster } from "../spec/locality/priority";
import { failoverProblems } from "../spec/locality/rules";
import { isByName } from "../spec/imports/imported-host";
import { hostOf, SERVICE_DOMAIN } from "../spec/services/hosts";
import { isTls } from "../spec/services/port-protocol";
import type { LocalityFailoverSpec, Problem } from "../spec/types";
import type { ServiceImportInput } from "./service-import";

/** An import as it is asked for, with the consent that it may need. */
export type ServiceImportRequest = ServiceImportInput & { readonly anyIdentity: boolean };

/** What keeps an import from working, or from being safe; of most of it istiod would not complain. */
export function importProblems(request: ServiceImportRequest): Problem[] {
  return [
    ...ports(request),
    ...gateways(request),
    ...identities(request),
    ...stubs(request),
    ...encrypted(request),
    ...order(request.failover),
  ];
}

function ports({ ports }: ServiceImportInput): Problem[] {
  return ports.length > 0 ? [] : [{ path: "ports", message: "is empty; list the ports that clients call" }];
}

function gateways({ endpoints, workloadSelector }: ServiceImportInput): Problem[] {
  if (endpoints.length === 0)
    return [{ path: "endpoints", message: "is empty; name a cluster that exports the host" }];
  return endpoints.flatMap(({ cluster, addresses, addressType }, index) => {
    const path = `endpoints[${index}]`;
    const problems = [];
    if (addresses.length === 0) {
      problems.push({
        path: `${path}.addresses`,
        message: `is empty; give the address of ${cluster}'s gateway`,
      });
    }
    if (addressType !== undefined && addressType !== "ip" && addressType !== "hostname") {
      problems.push({ path: `${path}.addressType`, message: `is "${addressType}"; use ip or hostname` });
    }
    if (addressType === "hostname" && workloadSelector !== undefined) {
      problems.push({
        path: `${path}.addressType`,
        message:
          "is hostname, and beside pods of this cluster Istio drops endpoints with host names; use a gateway with an IP, or leave out workloadSelector",
      });
    }
    return problems;
  });
}

function identities({ subjectAltNames, anyIdentity }: ServiceImportRequest): Problem[] {
  const path = "subjectAltNames";
  if (subjectAltNames.length > 0 && anyIdentity) {
    return [{ path: "anyIdentity", message: `is true, but ${path} lists identities; keep one of them` }];
  }
  if (subjectAltNames.length > 0 || anyIdentity) return [];
  const message =
    "is missing, so every workload under a trusted root could answer; list the identities of those that serve, " +
    "spiffe://<trust domain>/ns/<namespace>/sa/<service account>, or set anyIdentity: true";
  return [{ path, message }];
}

function stubs({ host, namespace, stub }: ServiceImportInput): Problem[] {
  const [name = ""] = host.split(".");
  if (!stub || host === hostOf({ name, namespace })) return [];
  const message = `is true, but no Service of namespace ${namespace} is called ${host}; use a host <name>.${namespace}.${SERVICE_DOMAIN}, or let proxies answer for names (dnsCapture)`;
  return [{ path: "stub", message }];
}

function encrypted({ ports, stub, endpoints }: ServiceImportInput): Problem[] {
  if (!stub || !isByName({ endpoints })) return [];
  return ports.flatMap(({ name }, index) =>
    isTls(name)
      ? [
          {
            path: `ports[${index}].name`,
            message: `is ${name}, a port that clients encrypt by themselves, which no route leads from a stub to gateways with host names; let proxies answer for names (dnsCapture) in place of the stub, or use gateways with IPs`,
          },
        ]
      : [],
  );
}

function order(failover: LocalityFailoverSpec | undefined): Problem[] {
  if (failover === undefined) return [];
  const problems = failoverProblems(failover, "failover");
  if (orderByCluster(failover) < 0) return problems;
  const message = `has ${CLUSTER_LABEL}, and Istio takes every imported endpoint for one of the importer's own cluster; order by region and zone, with the locality of each endpoint`;
  return [...problems, { path: "failover.failoverPriority", message }];
}
