import { describe, expect, test } from "vitest";
import { readExports } from "../../../stacks/config/exporters";
import { checkMesh } from "../../../stacks/config/read";
import { service } from "../../support/specs";

const exporter = { name: "west", from: { stackReference: "org/mesh/west" } };
const offered = {
  name: "helloworld",
  namespace: "sample",
  ports: [{ name: "http", port: 5000 }],
  serviceAccounts: ["helloworld-v2", "helloworld-v1"],
};
const told = (changes: object = {}) =>
  JSON.stringify({
    west: {
      address: "192.0.2.9",
      addressType: "ip",
      trustDomain: "cluster.local",
      services: [offered],
      ...changes,
    },
  });
const read = (text: string, changes: object = {}, wanted = [service({ clusters: ["west"] })]) =>
  readExports(
    text,
    { ...exporter, ...changes },
    { wanted, trustDomain: "cluster.local" },
    "exporters[0].from",
  );

describe("the exports of another stack", () => {
  test("give the address where they are what is imported", () => {
    expect(read(told())).toBe("192.0.2.9");
    expect(read(told(), { name: "there", from: { ...exporter.from, cluster: "west" } })).toBe("192.0.2.9");
    expect(read(told({ services: [] }), {}, [])).toBe("192.0.2.9");
    expect(read(told({ trustDomain: "west.example" }), { trustDomain: "west.example" })).toBe("192.0.2.9");
  });

  test.each([
    ["are no object", "kubeconfig", {}, "is not what a stack of this program tells in exports"],
    ["lack the cluster", told(), { name: "east" }, "has no cluster east; it has west"],
    ["lack the address", told({ address: undefined }), {}, "has no address of west"],
    [
      "have an address of another type",
      told({ addressType: "hostname" }),
      {},
      "has an address of type hostname; set addressType",
    ],
    [
      "are of another trust domain",
      told(),
      { trustDomain: "west.example" },
      "is of the trust domain cluster.local; set trustDomain",
    ],
    [
      "are of another trust domain than this mesh, of which nothing is said",
      told({ trustDomain: "west.example" }),
      {},
      "is of the trust domain west.example; set trustDomain",
    ],
    ["lack the service", told({ services: [] }), {}, "exports no sample/helloworld from west"],
    [
      "have other ports",
      told({ services: [{ ...offered, ports: [{ name: "http", port: 80 }] }] }),
      {},
      "has other ports of sample/helloworld than services here",
    ],
    [
      "have other accounts",
      told({ services: [{ ...offered, serviceAccounts: ["default"] }] }),
      {},
      "has other serviceAccounts of sample/helloworld",
    ],
  ])("are refused if they %s", (_, text, changes, message) => {
    expect(() => read(text, changes)).toThrow(message);
  });
});

describe("a config value", () => {
  const access = { stackReference: "org/clusters/prod", output: "kubeconfig" };
  const value = {
    clusters: [{ name: "cluster1", network: "network1", access, region: "eu" }],
    exporters: [{ ...exporter, addressType: "hostname", region: "us", trustDomain: "west.example" }],
    links: [{ observer: "cluster1", observed: "west", kind: "import" }],
    services: [
      {
        ...service({ clusters: ["west"], selector: { app: "helloworld" }, labels: { team: "shop" } }),
        exported: false,
      },
    ],
    imports: [
      {
        services: {
          name: "helloworld",
          matchLabels: { team: "shop" },
          namespaces: ["sample"],
          clusters: ["west"],
        },
        into: ["cluster1"],
        host: "hello.mesh.internal",
        namespaces: ["frontend"],
        ports: [{ name: "http", port: 80 }],
        failover: {},
        anyIdentity: false,
      },
    ],
    dnsCapture: true,
  };

  test("carries imports, exporters and kinds of links unchanged", () => {
    expect(checkMesh(value, () => true)).toEqual({ mesh: value, problems: [] });
  });

  test.each([
    ["an import of nothing", { imports: [{}] }, "imports[0].services"],
    ["an unknown kind of link", { links: [{ ...value.links[0], kind: "vpn" }] }, "links[0].kind"],
    [
      "a reference without a stack",
      { exporters: [{ name: "west", from: {} }] },
      "exporters[0].from.stackReference",
    ],
  ])("with %s is refused there", (_, changes, path) => {
    expect(checkMesh({ ...value, ...changes }, () => true).problems.map((problem) => problem.path)).toContain(
      path,
    );
  });
});
