import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOAD_BALANCER_ZONE } from "../../lab/load-balancer/controller";
import { expectAsBefore, takeInventory } from "../lab/scenarios/destroy";
import { clientExec } from "../lab/support/pods";
import { previewedSteps, Suite } from "../lab/support/suite";
import { until } from "../lab/support/until";

/** Hosts behind which the same service stands: by the host name that the other stack tells, and by an address that was told. */
const HOST = "hello.west.mesh.internal";
const BY_ADDRESS = "hello.by-address.mesh.internal";

/** Each mesh has a trust domain of its own, and that of west takes clients of the other one's. */
const EAST = { trustDomain: "east.example" };
const WEST = {
  trustDomain: "west.example",
  istiod: { values: { meshConfig: { caCertificates: [{ trustDomains: [EAST.trustDomain] }] } } },
};

const HELLOWORLD = {
  name: "helloworld",
  namespace: "sample",
  ports: [{ name: "http", port: 5000 }],
  serviceAccounts: ["helloworld-v1"],
};

/** Two teams, of which none has access to the other's cluster: each has a stack and a root of its own. */
describe("two meshes in two stacks, of which one imports from the other", () => {
  const suite = new Suite({
    name: "federation",
    clusters: [
      { name: "west", network: "west", loadBalancer: { hostNames: true } },
      { name: "east", network: "east", ranges: 1 },
    ],
  });
  let west: Suite;
  let east: Suite;
  let before: Record<string, string[]>;

  beforeAll(async () => {
    await suite.start();
    before = takeInventory(suite);
    west = suite.teamOf("west");
    east = suite.teamOf("east");
    await west.configure(exporting());
    await west.stack.up();
    await east.configure(await importing(west));
    await east.stack.up();
  });
  afterAll(suite.stop);

  test("clients are refused until the other mesh trusts their root", async () => {
    const status = ["curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", urlOf(HOST)];
    await until("a refusal", async () => (await clientExec(east, "east", "curl", status)) === "503");
    await west.configure(exporting(await outputOf(east, "rootCertificate")));
    await west.stack.up();
    await expectAnswers(east, HOST);
  });

  test("a gateway whose address is known by somebody's word leads there as well", async () => {
    await expectAnswers(east, BY_ADDRESS);
  });

  test("each mesh works by itself, under its own root", async () => {
    await west.expectWorkingMesh();
    await east.expectWorkingMesh();
    expect(await outputOf(east, "rootFingerprint")).not.toBe(await outputOf(west, "rootFingerprint"));
  });

  test("no cluster holds anything of the other's API", async () => {
    for (const { name } of suite.lab.clusters) {
      const secrets = ["get", "secrets", "-A", "-l", "istio/multiCluster", "-o", "name"];
      expect(suite.kubectl(name, ...secrets), name).toBe("");
    }
    for (const { stack } of [west, east]) expect((await stack.outputs())["credentials"]?.value).toBe(0);
  });

  test("a gateway's new address arrives with the importer's next up, which changes nothing else", async () => {
    const old = await gatewayOf(west);
    await west.configure(exporting(await outputOf(east, "rootCertificate"), "other"));
    await west.stack.up();
    expect(await gatewayOf(west)).not.toBe(old);
    expect(await previewedSteps(east.stack)).toEqual({
      update: [`ServiceEntry east.imports.${HOST}:istio-system/import-${HOST}`],
    });
    await east.stack.up();
    await expectAnswers(east, HOST);
  });

  test("second previews are empty", async () => {
    const previews = await Promise.all([west, east].map(({ stack }) => previewedSteps(stack)));
    expect(previews).toEqual([{}, {}]);
  });

  test("destroying both leaves the clusters as they were", async () => {
    await Promise.all([west, east].map(({ stack }) => stack.destroy()));
    expectAsBefore(suite, before);
  });
});

/**
 * @param root - of a mesh that imports from this one
 * @param pool - from which the load balancer takes its address
 */
function exporting(root?: string, pool = "first"): Record<string, unknown> {
  return {
    ...WEST,
    ca: { trustBundle: root === undefined ? [] : [root] },
    gateway: { addressType: "hostname", serviceAnnotations: { "metallb.io/address-pool": pool } },
    services: [{ ...HELLOWORLD, clusters: ["west"], exported: true }],
    sampleApps: { helloworld: { west: ["v1"] } },
  };
}

async function importing(west: Suite): Promise<Record<string, unknown>> {
  const { name: project } = await west.stack.workspace.projectSettings();
  const from = { stackReference: `organization/${project}/${west.stack.name}` };
  const [, name = ""] = new RegExp(`^(.+)\\.${LOAD_BALANCER_ZONE}$`).exec(await gatewayOf(west)) ?? [];
  const { trustDomain } = WEST;
  return {
    ...EAST,
    ca: { trustBundle: [await outputOf(west, "rootCertificate")] },
    exporters: [
      { name: "west", from, addressType: "hostname", trustDomain },
      { name: "by-address", addresses: [name.replaceAll("-", ".")], trustDomain },
    ],
    links: ["west", "by-address"].map((observed) => ({ observer: "east", observed, kind: "import" })),
    services: [{ ...HELLOWORLD, clusters: ["west", "by-address"] }],
    imports: [
      { services: { clusters: ["west"] }, host: HOST },
      { services: { clusters: ["by-address"] }, host: BY_ADDRESS },
    ],
    dnsCapture: true,
    sampleApps: { helloworld: { east: ["v2"] } },
  };
}

async function outputOf({ stack }: Suite, name: string): Promise<string> {
  return (await stack.outputs())[name]?.value as string;
}

async function gatewayOf({ stack }: Suite): Promise<string> {
  const addresses = (await stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
  return addresses["west"] ?? "";
}

function urlOf(host: string): string {
  return `http://${host}:5000/hello`;
}

/** Waits until a host is answered, always by the version that runs in west alone. */
async function expectAnswers(east: Suite, host: string): Promise<void> {
  const loop = `for i in $(seq 10); do curl -s -m 5 ${urlOf(host)} || echo; done`;
  await until(`ten answers of west to ${host}`, async () => {
    const answers = await clientExec(east, "east", "curl", ["sh", "-c", loop]);
    return [...answers.matchAll(/version: v1/g)].length === 10 && !answers.includes("version: v2");
  });
}
