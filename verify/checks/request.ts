import { HELLOWORLD_PORT } from "../../components/names";
import { expectedAnswers } from "../../components/spec/sample-apps/answers";
import type { MeshPlan } from "../../components/spec/types";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainer } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";
import type { ClientAnswers } from "../report";
import { type Answer, type Answers, loopSeconds, readAnswers, requestLoop } from "../request-loop";

/** What the name of an answering pod stands for if no cluster that can be read has it. */
const UNKNOWN = "unknown";

/** Time on top of the loop's own limit, for its last request and the way there and back. */
const EXEC_MARGIN_SECONDS = 20;

/** Requests per client that leave no version out by mere chance. */
export function defaultRequests(plan: MeshPlan): number {
  return Math.max(30, 20 * plan.clusters.length);
}

/** Every client gets answers from each version that it should, from no other one, and no request fails. */
export function request(plan: MeshPlan, requests: number): Probe[] {
  return plan.sampleApps
    .filter((apps) => apps.client)
    .map(({ cluster, namespace }) => ({
      check: "request",
      cluster,
      run: (mesh) => checkClient(mesh, cluster, namespace, requests),
    }));
}

async function checkClient(
  mesh: MeshReader,
  client: string,
  namespace: string,
  requests: number,
): Promise<Outcome> {
  const { versions, each } = expectedAnswers(mesh.plan, client);
  if (versions.length === 0) return skipped(`the plan has no helloworld that ${client} could reach`);
  const target = await clientContainer(mesh.cluster(client), namespace, "curl");
  const command = requestLoop(requests, `http://helloworld.${namespace}:${HELLOWORLD_PORT}/hello`);
  const limit = loopSeconds(requests) + EXEC_MARGIN_SECONDS;
  const replies = readAnswers(await mesh.cluster(client).exec(target, command, limit));
  const clusterOf = await podClusters(mesh);
  const answers = countAnswers(client, requests, replies.answers, clusterOf, versions, { anyOf: !each });
  return { ...judgeAnswers(answers, replies), answers };
}

/** Counts the answers of a client by version and by cluster. */
export function countAnswers(
  client: string,
  requests: number,
  answers: readonly Answer[],
  clusterOf: ReadonlyMap<string, string>,
  expected: readonly string[],
  { anyOf = false }: { readonly anyOf?: boolean } = {},
): ClientAnswers {
  const byVersion = tally(answers.map(({ version }) => version));
  const failedRequests = requests - answers.length;
  const versions = Object.keys(byVersion).sort();
  const asExpected = anyOf
    ? versions.every((version) => expected.includes(version))
    : versions.join() === [...expected].sort().join();
  return {
    client,
    requests,
    byVersion,
    byCluster: tally(answers.map(({ pod }) => clusterOf.get(pod) ?? UNKNOWN)),
    failed: failedRequests,
    expectedVersions: expected,
    ...(anyOf ? { anyOf } : {}),
    ok: failedRequests === 0 && asExpected,
  };
}

function judgeAnswers(answers: ClientAnswers, { firstError }: Answers): Outcome {
  const { client, requests, byVersion, failed: lost, expectedVersions: expected, anyOf = false } = answers;
  if (answers.ok) return ok(`${requests} requests, answered by ${Object.keys(byVersion).sort().join(", ")}`);
  const missing = anyOf ? [] : expected.filter((version) => byVersion[version] === undefined);
  const strange = Object.keys(byVersion).filter((version) => !expected.includes(version));
  const faults = [
    missing.length > 0 ? `no answer from ${missing.join(", ")}` : "",
    strange.length > 0 ? `answers from ${strange.join(", ")}, which the plan does not say` : "",
    lost > 0
      ? `${lost} of ${requests} requests failed${firstError === undefined ? "" : ` (${firstError})`}`
      : "",
  ];
  return failed(
    `the curl client in ${client}: ${faults.filter((fault) => fault !== "").join("; ")}; see the endpoints and gateway rows of ${client}`,
  );
}

/** Cluster of each helloworld pod, ready or not, in the clusters that can be read. */
async function podClusters(mesh: MeshReader): Promise<Map<string, string>> {
  const apps = mesh.plan.sampleApps.filter(({ helloworldVersions }) => helloworldVersions.length > 0);
  const { up } = await mesh.reachable(apps.map(({ cluster }) => cluster));
  const lists = await Promise.all(
    up.map(async (cluster) => {
      const namespace = apps.find((entry) => entry.cluster === cluster.name)?.namespace ?? "";
      const pods = await cluster.pods(namespace, "app=helloworld");
      return pods.map(({ metadata }) => [metadata?.name ?? "", cluster.name] as const);
    }),
  );
  return new Map(lists.flat());
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
