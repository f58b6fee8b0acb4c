import { afterEach, describe, expect, test } from "vitest";
import { type IdentitySpec, planMesh } from "../../../components";
import { certificateBlocks } from "../../../components/pki/certificates";
import { verifyMesh } from "../../../verify";
import { TestCa } from "../../support/ca";
import { FakeMesh } from "../../support/fake-mesh";
import { cluster } from "../../support/specs";

let fake: FakeMesh;
afterEach(() => fake.stop());

async function start(migration: IdentitySpec["migration"]): Promise<void> {
  fake = await FakeMesh.start(
    planMesh({
      clusters: [cluster(1, { trustDomain: "foo.com" }), cluster(2, { trustDomain: "bar.com" })],
      identity: { provider: "spire", migration },
      sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] } },
    }),
  );
}

/** What each failed row says. */
async function faults(): Promise<Record<string, string>> {
  const { checks } = await verifyMesh(fake.plan, fake.access);
  const failed = checks.filter(({ status }) => status === "failed");
  return Object.fromEntries(failed.map(({ check, cluster: name, detail }) => [`${check} ${name}`, detail]));
}

describe.each(["trust", "issue"] as const)("in the phase %s", (phase) => {
  test("a mesh is as planned whose proxies have certificates of who issues now, and trust both", async () => {
    await start(phase);
    expect(await faults()).toEqual({});
  });

  test("pods are named that have still to be restarted", async () => {
    await start(phase);
    const issued = fake.byIstiod;
    fake.byIstiod = (pod) => (pod.startsWith("curl") ? !issued(pod) : issued(pod));
    const [holds, issues] = phase === "trust" ? ["SPIRE", "istiod"] : ["istiod", "SPIRE"];
    expect((await faults())["identity cluster1"]).toMatch(
      new RegExp(
        `sample/curl-\\S+ holds a certificate of ${holds}, though ${issues} issues now; restart its pod`,
      ),
    );
  });

  test("a SPIRE server is told of that does not tell istiod's root", async () => {
    await start(phase);
    const { roots } = fake.spire.get("cluster1")!.bundles.get("foo.com")!;
    const [own = ""] = certificateBlocks(roots);
    fake.spire.get("cluster1")!.bundles.set("foo.com", { roots: own, tokenKeys: ["old"] });
    expect((await faults())["identity cluster1"]).toMatch(
      /SPIRE server of cluster1 does not tell the root above the istiod of cluster1.*rollout restart/,
    );
  });

  test("an istiod is told of that does not tell all of SPIRE's roots", async () => {
    await start(phase);
    const secret = fake
      .cluster("cluster1")
      .store.get("secrets")!
      .find(({ metadata }) => metadata?.name === "cacerts") as unknown as { data: Record<string, string> };
    const roots = Buffer.from(secret.data["root-cert.pem"]!, "base64").toString();
    const [first] = certificateBlocks(roots);
    secret.data["root-cert.pem"] = Buffer.from(first!).toString("base64");
    expect((await faults())["identity cluster1"]).toMatch(
      /cacerts of cluster1 lacks root \S+ that SPIRE tells.*run pulumi up/,
    );
  });
});

test("a proxy of istiod's that does not trust SPIRE yet is told", async () => {
  await start("trust");
  const { trust } = fake.cluster("cluster1");
  fake.cluster("cluster1").trust = { ...trust, root: (await TestCa.root("Other")).certificate };
  expect((await faults())["identity cluster1"]).toMatch(
    /holds a certificate whose chain is broken|trusts root/,
  );
});
