import { beforeAll, describe, expect, test } from "vitest";
import type { IdentitySpec, MeshSpec } from "../../../components";
import { certificateBlocks } from "../../../components/pki/certificates";
import { valueAt } from "../../../components/spec/settings";
import { TestCa } from "../../support/ca";
import { find, istiodCall, listOf } from "../../support/components";
import { deploy, LOAD_BALANCER } from "../../support/deploy";
import type { MockCluster, Recording } from "../../support/mocks";
import { spire } from "../../support/spire-specs";

let told: MockCluster;
beforeAll(async () => {
  told = { ...LOAD_BALANCER, configMapData: { "bundle.crt": (await TestCa.root("root")).certificate } };
});

describe("who issues", () => {
  const identityOf = (identity: IdentitySpec) =>
    deploy({ ...spire(), identity: { provider: "spire", ...identity } }, told);
  const bundle = (deployed: Recording, name: string, file: string) => {
    const { inputs } = find(deployed.registrations, name);
    const { data, stringData } = inputs as Record<string, Record<string, string>>;
    return stringData?.[file] ?? Buffer.from(data?.[file] ?? "", "base64").toString();
  };
  const count = (pem: string) => certificateBlocks(pem).length;
  const template = ({ chartCalls }: Recording) =>
    valueAt(istiodCall(chartCalls, "cluster1").options["values"], [
      "sidecarInjectorWebhook",
      "defaultTemplates",
    ]);
  const gateway = ({ chartCalls }: Recording) => JSON.stringify(chartCalls).includes("gateway,spire");

  test("is in the mesh's record, and a change of it is held back until it may be", async () => {
    const record = async (spec: MeshSpec) => find((await deploy(spec, told)).registrations, "unchangeable");
    expect(await record(spire())).toMatchObject({
      inputs: { input: "cluster.local; identities by SPIRE" },
      hooks: ["unchangeable-identity"],
    });
    expect(await record({ ...spire(), identity: undefined })).toMatchObject({
      inputs: { input: "cluster.local" },
      hooks: ["unchangeable-identity"],
    });
    expect(await record({ ...spire(), identity: { provider: "spire", migration: "issue" } })).toMatchObject({
      inputs: { input: "cluster.local; identities by SPIRE, issue under root 1" },
    });
  });

  test("is not what a mesh was made with for good", async () => {
    const stashed = { unchangeable: "cluster.local; identities by SPIRE" };
    await expect(deploy({ ...spire(), identity: undefined }, { ...told, stashed })).resolves.toBeDefined();
  });

  test("is istiod in the phase trust, in which both sides tell all roots", async () => {
    const deployed = await identityOf({ migration: "trust" });
    expect(template(deployed)).toBeUndefined();
    expect(gateway(deployed)).toBe(false);
    expect(listOf(deployed.registrations)).toContain(
      "kubernetes:apps/v1:DaemonSet cluster1-spire-agent:spire/spire-agent",
    );
    expect(count(bundle(deployed, "cluster1-cacerts", "root-cert.pem"))).toBe(3);
    expect(count(bundle(deployed, "cluster1-spire-server-upstream", "ca.crt"))).toBe(2);
  });

  test("is SPIRE in the phase issue, with the same roots", async () => {
    const deployed = await identityOf({ migration: "issue" });
    expect(template(deployed)).toEqual(["sidecar", "spire"]);
    expect(gateway(deployed)).toBe(true);
    expect(count(bundle(deployed, "cluster1-cacerts", "root-cert.pem"))).toBe(3);
    expect(count(bundle(deployed, "cluster1-spire-server-upstream", "ca.crt"))).toBe(2);
    expect(JSON.stringify(deployed.registrations)).toContain("/run/spire/data/migration-1-1.sqlite3");
  });

  test("is SPIRE alone after that, and then each side tells its own", async () => {
    const deployed = await identityOf({});
    expect(template(deployed)).toEqual(["sidecar", "spire"]);
    expect(count(bundle(deployed, "cluster1-cacerts", "root-cert.pem"))).toBe(1);
    expect(count(bundle(deployed, "cluster1-spire-server-upstream", "ca.crt"))).toBe(1);
    expect(JSON.stringify(deployed.registrations)).toContain("/run/spire/data/datastore.sqlite3");
  });
});
