import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planMesh } from "../../../components";
import { verifyMesh } from "../../../verify";
import { TestCa } from "../../support/ca";
import { FakeMesh } from "../../support/fake-mesh";
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

describe("proxies", () => {
  const identity = async () => (await faults())["identity cluster1"];

  test("with a certificate of istiod are told, as those that were not started anew", async () => {
    fake.cluster("cluster1").onOutput = (output, { pod, command }) =>
      pod.startsWith("curl") && command.join(" ").includes("dynamic_active_secrets")
        ? output.replace("custom_validator_config", "other")
        : output;
    expect(await identity()).toMatch(/sample\/curl-\S+ holds a certificate of istiod.*restart its pod/);
  });

  test("with an identity of another trust domain are told", async () => {
    foo().chain = spireOf("cluster2").chain;
    expect(await identity()).toContain(
      "has the identity URI:spiffe://bar.com/ns/shop/sa/web, not one of foo.com",
    );
  });

  test("whose certificate is not under the root of their own trust domain are told", async () => {
    const other = await TestCa.root("other");
    const server = await other.sign("SPIRE");
    const own = await server.sign("", { isCa: false, uris: ["spiffe://foo.com/ns/shop/sa/web"] });
    foo().chain = own.certificate + server.certificate;
    expect(await identity()).toContain("it ends below none of the roots");
  });

  test("whose certificate has expired are told", async () => {
    const server = await (await TestCa.root("foo.com")).sign("SPIRE");
    const uris = ["spiffe://foo.com/ns/shop/sa/web"];
    const own = await server.sign("", { isCa: false, from: -2, to: -1, uris });
    foo().chain = own.certificate + server.certificate;
    expect(await identity()).toContain("holds a certificate that has expired");
  });

  test("that know a trust domain too many, one too few, or other roots of one are told", async () => {
    foo().known.set("baz.com", rootOf("bar.com"));
    expect(await identity()).toContain("knows roots of baz.com, with which it is not to federate");
    foo().known.delete("baz.com");
    foo().known.set("bar.com", rootOf("foo.com"));
    expect(await identity()).toMatch(/knows root \S+ of bar.com, whose server tells/);
    foo().known.delete("bar.com");
    expect(await identity()).toContain("knows no root of bar.com");
  });
});

describe("a server", () => {
  test("without roots of a trust domain is told, and what that means", async () => {
    foo().federated.clear();
    expect(await faults()).toEqual({
      "federation cluster1 cluster2": expect.stringMatching(
        /has no roots of bar.com.*gets no identity; run pulumi up$/,
      ),
    });
  });

  test("that has missed a change of roots is told, with the way to mend it", async () => {
    foo().federated.set("bar.com", rootOf("foo.com"));
    expect((await faults())["federation cluster1 cluster2"]).toMatch(/if it has missed them, run pulumi up$/);
  });

  test("that tells nothing is told", async () => {
    fake.cluster("cluster2").store.set(
      "configmaps",
      fake
        .cluster("cluster2")
        .store.get("configmaps")!
        .filter(({ metadata }) => metadata?.namespace !== "spire"),
    );
    const missing = expect.stringContaining("ConfigMap spire/spire-bundle of cluster2 is missing or empty");
    expect(await faults()).toEqual({
      "identity cluster1": missing,
      "identity cluster2": missing,
      "federation cluster1 cluster2": missing,
    });
  });
});
