import { readFileSync } from "node:fs";
import type { ReaderRule } from "../../../components";
import type { Suite } from "./suite";

const READER = "system:serviceaccount:istio-system:istio-multicluster-reader";

/** Another cluster's istiod can have no token of this account: each API server signs its own. */
const ISTIOD = "system:serviceaccount:istio-system:istiod";

/** A request of a cluster's reader, from the audit log of that cluster's API. */
export interface ReaderRequest {
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: number;
}

interface AuditEvent {
  verb: string;
  user: { username?: string };
  userAgent?: string;
  objectRef?: { apiGroup?: string; resource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
}

/** What other clusters' istiods have asked a cluster's API, each kind of request once. */
export function istiodRequests(suite: Suite, cluster: string): ReaderRequest[] {
  const events = eventsOfIstiods(suite, cluster).filter(({ user }) => user.username === READER);
  const requests = events.map(({ verb, objectRef = {}, responseStatus }) => ({
    verb,
    apiGroup: objectRef.apiGroup ?? "",
    resource: objectRef.resource ?? "",
    namespace: objectRef.namespace ?? "",
    name: objectRef.name ?? "",
    status: responseStatus?.code ?? 0,
  }));
  return [...new Map(requests.map((request) => [JSON.stringify(request), request])).values()];
}

/** How often a cluster's API was asked by its own istiod, and as whom by any other. */
export function istiodCallers(suite: Suite, cluster: string): { own: number; others: string[] } {
  const callers = eventsOfIstiods(suite, cluster).map(({ user }) => user.username ?? "");
  return {
    own: callers.filter((caller) => caller === ISTIOD).length,
    others: [...new Set(callers)].filter((caller) => caller !== ISTIOD),
  };
}

/** The verifier and the tests use the reader's token as well. */
function eventsOfIstiods(suite: Suite, cluster: string): AuditEvent[] {
  const { auditLog = "" } = suite.lab.clusters.find(({ name }) => name === cluster) ?? {};
  return readFileSync(auditLog, "utf8")
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ userAgent = "" }) => userAgent.startsWith("pilot-discovery"));
}

/** Whether a rule allows a request by one of its verbs; reading is one, whether by lists or by watches. */
export function uses(rule: ReaderRule, request: ReaderRequest): boolean {
  return (
    rule.apiGroup === request.apiGroup &&
    rule.resources.includes(request.resource) &&
    rule.verbs.includes(request.verb) &&
    (rule.scope === "cluster" || rule.scope === request.namespace) &&
    (rule.resourceNames?.includes(request.name) ?? true)
  );
}
