import { HELLOWORLD_PORT } from "../../components/names";
import { answeringClusters, expectedAnswers } from "../../components/spec/sample-apps/answers";
import { isMember } from "../../components/topology/links";
import type { MeshPlan } from "../../components/spec/types";
import { countAnswers, isComplete } from "../count-answers";
import type { EnvoyEndpoint } from "../envoy";
import { ask } from "../kube/ask";
import type { ClusterReader, ExecTarget } from "../kube/cluster-reader";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainers, hasClient } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";
import type { ClientAnswers } from "../report";
import { type Answer, type Answers, loopSeconds, readAnswers, requestLoop } from "../request-loop";
import { helloworldEndpoints } from "./endpoints";

/** Time on top of the loop's own limit, for its last request and the way there and back. */
const EXEC_MARGIN_SECONDS = 20;

/** Requests per client that leave no cluster out by mere chance. */
export function defaultRequests(plan: MeshPlan): number {
  return Math.max(30, 20 * plan.clusters.length);
}

/**
 * Every client gets answers from each version and each cluster that it should, from no other version, and no request
 * fails. Proxies try elsewhere when an endpoint fails, so a dead cluster shows by its silence alone.
 */
export function request(plan: MeshPlan, requests: number): Probe[] {
  return plan.clusters.filter(isMember).flatMap(({ name: client }): Probe[] => {
    const namespace = plan.sampleApps.find(({ cluster }) => cluster === client)?.namespace;
    if (namespace === undefined || !hasClient(plan, client)) return [notLookedAt(client)];
    const from = { client, namespace, requests };
    return [
      { check: "request", cluster: client, run: (mesh) => checkClient(mesh, from) },
      ...expectedClusters(plan, client)
        .filter((peer) => peer !== client)
        .map((peer): Probe => ({
          check: "request",
          cluster: client,
          peer,
          run: async (mesh) => {
            await mesh.cluster(peer).ready();
            return judgePeer(await sendRequests(mesh, from), peer);
          },
        })),
    ];
  });
}

/** A client, and what it is to send. */
interface From {
  readonly client: string;
  readonly namespace: string;
  readonly requests: number;
}

/** A client's answers, and what is to be said of them. */
export interface Sent {
  readonly answers: ClientAnswers;
  /** First output that is no answer. */
  readonly firstError: string | undefined;
  readonly remark: string;
}

function notLookedAt(cluster: string): Probe {
  const detail =
    "no curl client there: that requests cross, and what proxies know of services, was not looked at; set sampleApps";
  return { check: "request", cluster, run: async () => skipped(detail) };
}

/** Clusters of which each has to answer; none where the nodes' localities decide. */
function expectedClusters(plan: MeshPlan, client: string): readonly string[] {
  const { clusters, each } = answeringClusters(plan, client);
  return each ? clusters.toSorted() : [];
}

async function checkClient(mesh: MeshReader, from: From): Promise<Outcome> {
  if (expectedAnswers(mesh.plan, from.client).versions.length === 0) {
    return skipped(`the plan has no helloworld that ${from.client} could reach`);
  }
  const sent = await sendRequests(mesh, from);
  return { ...judgeClient(sent), answers: sent.answers };
}

/** Whether the right versions answered, the client's own cluster among them, and no request failed. */
export function judgeClient({ answers, firstError, remark }: Sent): Outcome {
  const { client, requests, byVersion, byCluster, failed: lost, retried, anyOf = false } = answers;
  const { expectedVersions: expected, expectedClusters: clusters } = answers;
  const missing = anyOf ? [] : expected.filter((version) => byVersion[version] === undefined);
  const strange = Object.keys(byVersion).filter((version) => !expected.includes(version));
  const reason = firstError === undefined ? "" : ` (${firstError})`;
  const faults = [
    missing.length > 0 ? `no answer from ${missing.join(", ")}` : "",
    clusters.includes(client) && byCluster[client] === undefined ? `no answer from ${client} itself` : "",
    strange.length > 0 ? `answers from ${strange.join(", ")}, which the plan does not say` : "",
    lost > 0 ? `${lost} of ${requests} requests failed${reason}` : "",
  ].filter((fault) => fault !== "");
  const tried = Object.entries(retried).map(([address, count]) => `${count} at ${address}`);
  const hidden = tried.length === 0 ? "" : `; its proxy tried again after failures: ${tried.join(", ")}`;
  if (faults.length === 0) {
    return ok(
      `${requests} requests, answered by ${Object.keys(byVersion).sort().join(", ")}${hidden}${remark}`,
    );
  }
  return failed(
    `the curl client in ${client}: ${faults.join("; ")}${hidden}; see the endpoints and gateway rows of ${client}${remark}`,
  );
}

/** Whether a cluster answered a client at all. */
export function judgePeer({ answers }: Sent, peer: string): Outcome {
  const { client, requests, byCluster } = answers;
  const count = byCluster[peer] ?? 0;
  if (count > 0) return ok(`${count} of ${requests} answers`);
  return failed(
    `no answer from ${peer} to ${requests} requests of ${client}, though others may have answered in its place; ` +
      `see the endpoints and gateway rows ${client} -> ${peer}, and helloworld's pods in ${peer}`,
  );
}

/** Sends a client's requests, once for all rows that need the answers. */
function sendRequests(mesh: MeshReader, from: From): Promise<Sent> {
  return mesh.once(`requests of ${from.client}`, async () => {
    const targets = await clientContainers(mesh.cluster(from.client), from.namespace, "curl");
    const { answer, remark } = await ask(targets, (target) => sendFrom(mesh, target, from));
    return { ...answer, remark };
  });
}

/** Sends requests from a pod, and as many again if somebody has not answered, which can be chance. */
async function sendFrom(
  mesh: MeshReader,
  target: ExecTarget,
  { client, requests }: From,
): Promise<Omit<Sent, "remark">> {
  const cluster = mesh.cluster(client);
  const { versions, each } = expectedAnswers(mesh.plan, client);
  const expected = { versions, anyOf: !each, clusters: expectedClusters(mesh.plan, client) };
  const { down } = await mesh.reachable(expected.clusters);
  const before = await endpointsBehind(cluster, target);
  const answers: Answer[] = [];
  let firstError: string | undefined;
  for (let sent = requests; ; sent += requests) {
    const replies = await runLoop(cluster, target, requests);
    answers.push(...replies.answers);
    firstError ??= replies.firstError;
    const retried = failuresSince(before, await endpointsBehind(cluster, target));
    const got = { requests: sent, answers, retried };
    const counted = countAnswers(client, got, await podClusters(mesh), expected);
    if (sent > requests || isComplete(counted, down)) return { answers: counted, firstError };
  }
}

async function runLoop(cluster: ClusterReader, target: ExecTarget, requests: number): Promise<Answers> {
  const url = `http://helloworld.${target.namespace}:${HELLOWORLD_PORT}/hello`;
  const limit = loopSeconds(requests) + EXEC_MARGIN_SECONDS;
  return readAnswers(await cluster.exec(target, requestLoop(requests, url), limit));
}

/** What the client's proxy has on its endpoints. Only a remark hangs on it: nothing if it does not answer. */
async function endpointsBehind(
  cluster: ClusterReader,
  { namespace, pod }: ExecTarget,
): Promise<EnvoyEndpoint[] | undefined> {
  return helloworldEndpoints(cluster, { namespace, pod, container: "istio-proxy" }).catch(() => undefined);
}

/** Attempts that failed in between, by endpoint; one that came meanwhile began with none. */
export function failuresSince(
  before: readonly EnvoyEndpoint[] | undefined,
  after: readonly EnvoyEndpoint[] | undefined,
): Record<string, number> {
  if (before === undefined || after === undefined) return {};
  const earlier = new Map(before.map(({ address, failures }) => [address, failures]));
  return Object.fromEntries(
    after
      .map(({ address, failures }) => [address, failures - (earlier.get(address) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

/** Cluster of each helloworld pod, ready or not, in the clusters that can be read. */
async function podClusters(mesh: MeshReader): Promise<Map<string, string>> {
  const apps = mesh.plan.sampleApps.filter(({ helloworldVersions }) => helloworldVersions.length > 0);
  const { up } = await mesh.reachable(apps.map(({ cluster }) => cluster));
  const lists = await Promise.all(
    up.map(async (cluster) => {
      const namespace = apps.find((entry) => entry.cluster === cluster.name)?.namespace ?? "";
      const pods = await cluster.pods({ namespace, labels: "app=helloworld" });
      return pods.map(({ metadata }) => [metadata?.name ?? "", cluster.name] as const);
    }),
  );
  return new Map(lists.flat());
}
