import type { V1Pod } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planMesh } from "../../../components";
import { verifyMesh } from "../../../verify";
import { TestCa } from "../../support/ca";
import { FakeMesh } from "../../support/fake-mesh";
import { svid } from "../../support/fake-mesh/spire";
import { cluster } from "../../support/specs";

const SPEC = {
  clusters: [cluster(1, { trustDomain: "foo.com" }), cluster(2, { trustDomain: "bar.com" })],
  identity: { provider: "spire" },
  sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] } },
} as const;

let fake: FakeMesh;
beforeEach(async () => {
  fake = await FakeMesh.start(planMesh(SPEC));
});
afterEach(() => fake.stop());

/** Of each failed row its name and what it says. */
async function faults(): Promise<Record<string, string>> {
  const { checks } = await verifyMesh(fake.plan, fake.access);
  const failed = checks.filter(({ status }) => status === "failed");
  return Object.fromEntries(
    failed.map(({ check, cluster: name, peer, detail }) => [
      [check, name, peer].filter(Boolean).join(" "),
      detail,
    ]),
  );
}

const spireOf = (name: string) => fake.spire.get(name)!;
const foo = () => spireOf("cluster1");
const rootOf = (domain: string) => foo().known.get(domain) ?? "";

test("a mesh whose identities are SPIRE's is as planned, by rows of their own", async () => {
  const { ok, checks } = await verifyMesh(fake.plan, fake.access);
  expect(checks.filter(({ status }) => status !== "ok")).toEqual([]);
  expect(ok).toBe(true);
  const rows = checks.map(({ check, cluster: name, peer }) => [check, name, peer].filter(Boolean).join(" "));
  expect(rows.filter((row) => /^(identity|federation|signer)/.test(row))).toEqual([
    "identity cluster1",
    "identity cluster2",
    "federation cluster1 cluster2",
    "federation cluster2 cluster1",
  ]);
});

test("of a SPIRE that others installed only proxies are looked at", async () => {
  await fake.stop();
  fake = await FakeMesh.start(
    planMesh({ ...SPEC, identity: { provider: "spire", spire: { existing: {} } } }),
  );
  foo().known.set("bar.com", rootOf("foo.com"));
  foo().known.delete("foo.com");
  expect(await faults()).toEqual({
    "identity cluster1": expect.stringContaining("it ends below none of the roots"),
  });
  expect(Object.keys(fake.counts).filter((call) => call.includes("spire"))).toEqual([]);
  const { checks } = await verifyMesh(fake.plan, fake.access);
  expect(checks.filter(({ check }) => check === "federation")).toEqual([]);
});

describe("proxies", () => {
  const identity = async () => (await faults())["identity cluster1"];

  test("with a certificate of istiod are told, as those that were not started anew", async () => {
    fake.cluster("cluster1").onOutput = (output, { pod, command }) =>
      pod.startsWith("curl") && command.join(" ").includes("dynamic_active_secrets")
        ? output.replace("custom_validator_config", "other")
        : output;
    expect(await identity()).toMatch(/sample\/curl-\S+ holds a certificate of istiod.*restart its pod/);
  });

  test("with an identity of another trust domain, or another workload's, are told", async () => {
    foo().chain = await svid(spireOf("cluster2"), "sample", "default");
    expect(await identity()).toContain(
      "sample/curl-cluster1-3 has the identity URI:spiffe://bar.com/ns/sample/sa/default, not its own, URI:spiffe://foo.com/ns/sample/sa/default",
    );
    foo().chain = await svid(foo(), "sample", "curl");
    expect(await identity()).toContain(
      "has the identity URI:spiffe://foo.com/ns/sample/sa/curl, not its own",
    );
  });

  test("whose certificate is not under the root of their own trust domain are told", async () => {
    foo().signer = await (await TestCa.root("other")).sign("SPIRE");
    expect(await identity()).toContain("it ends below none of the roots");
  });

  test("whose certificate has expired, or should have been renewed, are told", async () => {
    foo().chain = await svid(foo(), "sample", "default", { from: -2, to: -1 });
    expect(await identity()).toContain("holds a certificate that has expired");
    foo().chain = await svid(foo(), "sample", "default", { from: -0.6, to: 0.4 });
    expect(await identity()).toMatch(
      /holds a certificate until .* that should have been renewed by .*, so its node's agent or the server is away/,
    );
    foo().chain = await svid(foo(), "sample", "default", { from: -0.55, to: 0.45 });
    expect(await identity()).not.toContain("should have been renewed");
  });

  test("that know a trust domain too many, one too few, or other roots of one are told", async () => {
    foo().known.set("baz.com", rootOf("bar.com"));
    expect(await identity()).toContain("knows roots of baz.com, with which it is not to federate");
    foo().known.delete("baz.com");
    foo().known.set("bar.com", rootOf("foo.com"));
    expect(await identity()).toMatch(/knows root \S+ of bar.com, of which its server has/);
    foo().known.delete("bar.com");
    expect(await identity()).toContain("knows no root of bar.com");
  });
});

describe("a pod without an identity", () => {
  const addWaiting = (seconds: number, changes: object = {}) => {
    const age = Date.now() - seconds * 1000;
    fake.cluster("cluster1").addPod("shop", "web", ["web", "istio-proxy"], {
      name: `web-${seconds}`,
      uid: `uid-${seconds}`,
      labels: { "service.istio.io/canonical-name": "web" },
      creationTimestamp: new Date(age).toISOString(),
      ...changes,
    });
    fake.cluster("cluster1").change<V1Pod>("pods", `web-${seconds}`, ({ spec, status }) => {
      spec!.nodeName = "node1";
      status!.phase = "Pending";
    });
  };

  test("is told once it has waited for longer than SPIRE takes", async () => {
    addWaiting(30);
    expect(await faults()).toEqual({});
    addWaiting(90);
    expect(await faults()).toEqual({
      "identity cluster1": expect.stringMatching(
        /^SPIRE has made no entry for shop\/web-90, which wait for an identity; see: kubectl logs/,
      ),
    });
    foo().registered.add("uid-90");
    expect(await faults()).toEqual({});
  });

  test("is told with the trust domain whose roots are missing", async () => {
    addWaiting(90);
    foo().bundles.delete("bar.com");
    expect((await faults())["identity cluster1"]).toContain("as it has no roots of bar.com; see");
  });
});

describe("a server", () => {
  const federated = async () => (await faults())["federation cluster1 cluster2"];

  test("without roots of a trust domain is told, and what that means", async () => {
    foo().bundles.delete("bar.com");
    foo().known.delete("bar.com");
    expect(await faults()).toEqual({
      "identity cluster1": expect.stringContaining("knows no root of bar.com"),
      "federation cluster1 cluster2": expect.stringMatching(
        /has no roots of bar.com.*gets no identity; run pulumi up/,
      ),
    });
  });

  test("that has missed a change of roots is told, with the way to mend it", async () => {
    foo().bundles.set("bar.com", { roots: rootOf("foo.com"), tokenKeys: ["old"] });
    expect(await federated()).toMatch(/if it has missed them, run pulumi up$/);
  });

  test("that has never asked the other one is told, one that is behind is not at fault", async () => {
    foo().bundles.set("bar.com", { roots: rootOf("bar.com"), tokenKeys: [] });
    expect(await federated()).toMatch(
      /has never reached the Service spire\/spire-bundle-endpoint of cluster2/,
    );
    foo().bundles.set("bar.com", { roots: rootOf("bar.com"), tokenKeys: ["old"] });
    const { checks } = await verifyMesh(fake.plan, fake.access, { only: ["federation"] });
    expect(checks.map(({ status, detail }) => [status, detail])).toEqual([
      [
        "ok",
        expect.stringMatching(/, but an earlier bundle: if it stays so, .* of cluster2 cannot be reached$/),
      ],
      ["ok", expect.stringMatching(/^foo.com: sha256 \S+$/)],
    ]);
  });

  test("that is away is told", async () => {
    const [server] = fake
      .cluster("cluster2")
      .objects("pods")
      .filter(({ metadata }) => metadata?.namespace === "spire");
    fake.cluster("cluster2").change("pods", server?.metadata?.name ?? "");
    const missing = expect.stringContaining(
      "cluster2 has no ready spire-server, without which no certificate is renewed",
    );
    expect(await faults()).toEqual({
      "identity cluster2": missing,
      "federation cluster1 cluster2": missing,
      "federation cluster2 cluster1": missing,
    });
  });
});

describe("a client", () => {
  const answering = (...names: string[]) => {
    const match_subject_alt_names = names.map((exact) => ({ exact }));
    const combined_validation_context = { default_validation_context: { match_subject_alt_names } };
    const typed_config = { common_tls_context: { combined_validation_context } };
    const transport_socket_matches = [{ name: "tlsMode-istio", transport_socket: { typed_config } }];
    const name = "outbound|5000||helloworld.sample.svc.cluster.local";
    fake.cluster("cluster1").onExec = ({ command }) =>
      command.join(" ").includes("dynamic_active_clusters")
        ? JSON.stringify({ configs: [{ cluster: { name, transport_socket_matches } }] })
        : undefined;
  };

  test("that takes answers of its own trust domain only is told", async () => {
    answering("spiffe://foo.com/ns/sample/sa/helloworld", "spiffe://bar.com/ns/sample/sa/helloworld");
    expect(await faults()).toEqual({});
    answering("spiffe://foo.com/ns/sample/sa/helloworld");
    expect(await faults()).toEqual({
      "endpoints cluster1 cluster2": expect.stringMatching(
        /takes answers of helloworld from spiffe:\/\/foo.com\S+ only, so none of cluster2, whose trust domain is bar.com/,
      ),
    });
  });
});
