import { afterAll, describe, expect, test } from "vitest";
import { type IdentityPhase, type IdentitySpec, planMesh } from "../../../components";
import { formatRecord } from "../../../components/spec/spire/phases";
import { checkMove } from "../../../stacks/mesh/identity/gate";
import { type LiveWorkloads, lookAtWorkloads } from "../../../stacks/mesh/identity/live-workloads";
import { type Answer, ApiServer } from "../../support/api-server";
import { TestCa } from "../../support/ca";
import { closedAddress, insecureKubeconfig } from "../../support/served-namespaces";
import { cluster } from "../../support/specs";

const NAMES = { root: "Root CA", spire: "SPIRE root 1 of foo.com", before: "SPIRE root 0 of foo.com" };

async function roots(...names: (keyof typeof NAMES)[]): Promise<string> {
  const made = await Promise.all(names.map((name) => TestCa.root(NAMES[name])));
  return made.map(({ certificate }) => certificate).join("");
}

const SETTINGS: Readonly<Record<IdentityPhase, IdentitySpec>> = {
  istiod: {},
  trust: { provider: "spire", migration: "trust" },
  issue: { provider: "spire", migration: "issue" },
  spire: { provider: "spire" },
};

/** What a move is refused for, and how often the clusters were asked. */
async function refusal(
  from: IdentityPhase,
  to: IdentityPhase,
  live: Partial<LiveWorkloads> | string = {},
  identity: IdentitySpec = {},
): Promise<{ message: string | undefined; asked: number }> {
  let asked = 0;
  const plan = planMesh({
    clusters: [cluster(1, { trustDomain: "foo.com" })],
    identity: { ...SETTINGS[to], ...identity },
  });
  const record = (phase: IdentityPhase) => {
    const rootEpoch = phase === "trust" || phase === "issue" ? 1 : undefined;
    return { input: formatRecord("cluster.local", { phase, rootEpoch }) };
  };
  const ask = async () => {
    asked += 1;
    const found = typeof live === "string" ? live : { istiod: [], spire: [], roots: "", ...live };
    return new Map([["cluster1", found]]);
  };
  const message = await checkMove({ oldInputs: record(from), newInputs: record(to) }, plan, ask).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { message, asked };
}

describe("the way from istiod to SPIRE", () => {
  test("asks no cluster where nothing is dropped and no server begins anew", async () => {
    expect(await refusal("istiod", "istiod")).toEqual({ message: undefined, asked: 0 });
    expect(await refusal("istiod", "trust")).toEqual({ message: undefined, asked: 0 });
    expect(await refusal("trust", "issue", {}, { verified: "trust" })).toEqual({
      message: undefined,
      asked: 0,
    });
    const { message, asked } = await refusal("istiod", "spire");
    expect(message).toContain("in one update");
    expect(asked).toBe(0);
  });

  test("does not end while pods have certificates of istiod, which it names", async () => {
    const pods = ["shop/a", "shop/b", "shop/c", "shop/d", "shop/e", "shop/f"];
    const live = { istiod: pods, roots: await roots("spire", "root") };
    expect((await refusal("issue", "spire", live)).message).toMatch(
      /in cluster1 shop\/a, .*shop\/e and 1 more still have certificates of istiod; restart these pods.*abandonPods: true/,
    );
    expect((await refusal("issue", "spire", live, { abandonPods: true })).message).toBeUndefined();
    expect((await refusal("issue", "spire", { ...live, istiod: [] })).message).toBeUndefined();
  });

  test("does not end where nobody knows what has certificates of istiod", async () => {
    expect((await refusal("issue", "spire", "gives no answer in time; check it")).message).toContain(
      "the API server of cluster1 gives no answer in time",
    );
  });

  test("does not end while anything may be under a root that SPIRE's servers would forget", async () => {
    const live = { roots: await roots("before", "spire", "root") };
    expect((await refusal("issue", "spire", live)).message).toMatch(
      /SPIRE server of cluster1 tells "SPIRE root 0 of foo.com", .* and would forget all but "SPIRE root 1 of foo.com"/,
    );
  });
});

describe("the way back", () => {
  test("begins only with one root of SPIRE's, the program's", async () => {
    expect((await refusal("spire", "issue", { roots: await roots("spire") })).message).toBeUndefined();
    expect((await refusal("spire", "issue", { roots: await roots("root") })).message).toContain(
      'tells "Root CA"',
    );
    expect((await refusal("spire", "issue", { roots: await roots("before", "spire") })).message).toContain(
      "would forget",
    );
    expect((await refusal("spire", "issue")).message).toContain("tells no root");
  });

  test("does not end while pods have certificates of SPIRE", async () => {
    const live = { istiod: ["shop/a"], spire: ["shop/b"] };
    expect((await refusal("trust", "istiod", live)).message).toContain(
      "shop/b still have certificates of spire",
    );
    expect((await refusal("trust", "istiod", live, { abandonPods: true })).message).toBeUndefined();
    expect((await refusal("trust", "istiod", { istiod: ["shop/a"] })).message).toBeUndefined();
  });
});

describe("a cluster's workloads", () => {
  const servers: ApiServer[] = [];
  afterAll(() => servers.forEach((server) => server.stop()));

  const list = (items: readonly object[]) => ({ kind: "List", items });
  const look = async (pods: Answer, maps: Answer = list([])) => {
    const server = await ApiServer.start((_, path) => (path.endsWith("/pods") ? pods : maps));
    servers.push(server);
    return { live: await lookAtWorkloads(insecureKubeconfig("cluster1", server.url), 20_000), server };
  };
  const pod = (name: string, drivers: string[], phase = "Running") => ({
    metadata: { namespace: "shop", name },
    spec: { containers: [], volumes: drivers.map((driver) => ({ name: driver, csi: { driver } })) },
    status: { phase },
  });

  test("are told apart by the socket that they have, without those that have ended", async () => {
    const items = [
      pod("a", []),
      pod("b", ["disk.example", "csi.spiffe.io"]),
      pod("c", ["disk.example"]),
      pod("done", [], "Succeeded"),
      pod("failed", ["csi.spiffe.io"], "Failed"),
    ];
    const { live, server } = await look(list(items), list([{ data: { "bundle.crt": "roots" } }]));
    expect(live).toEqual({ istiod: ["shop/a", "shop/c"], spire: ["shop/b"], roots: "roots" });
    expect(server.changes).toEqual([]);
    expect(server.requests[0]).toContain("labelSelector=service.istio.io%2Fcanonical-name");
  });

  test("are not known where they may not be looked at or nobody answers", async () => {
    expect((await look(403)).live).toContain("could not be asked");
    expect((await look(list([]))).live).toEqual({ istiod: [], spire: [], roots: "" });
    const unreachable = insecureKubeconfig("cluster1", await closedAddress());
    expect(await lookAtWorkloads(unreachable, 20_000)).toContain("ECONNREFUSED");
  });
});
