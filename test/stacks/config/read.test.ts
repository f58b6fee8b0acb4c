import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chartFolderWarnings } from "../../../stacks/config/charts";
import { checkMesh, parseMesh } from "../../../stacks/config/read";
import { configValues, problemsOf } from "../../support/config-values";

const { folder, file, entry, config, second, access } = configValues();

describe("a config value", () => {
  test("that is right is the mesh, unchanged", () => {
    expect(checkMesh(config(), () => true)).toEqual({ mesh: config(), problems: [] });
  });

  test.each([
    ["a list of clusters that is missing", () => ({}), "clusters", "is missing; it must be of type array"],
    ["a network that is missing", () => second({ network: undefined }), "clusters[1].network", "is missing"],
    [
      "an empty name in a certificate",
      () => second({ tlsServerName: "" }),
      "clusters[1].tlsServerName",
      ">=1",
    ],
    ["a range that is none", () => second({ podCidrs: [10] }), "clusters[1].podCidrs[0]", "is the number 10"],
    ["a number for a name", () => second({ name: 2 }), "clusters[1].name", "is the number 2"],
    [
      "an unknown setting",
      () => config({ meshID: "m" }),
      "meshID",
      "is not a known setting; check its spelling",
    ],
    [
      "an unknown setting of a cluster",
      () => second({ gatway: {} }),
      "clusters[1].gatway",
      "is not a known setting",
    ],
    [
      "an unknown mTLS mode",
      () => config({ mtls: "DISABLE" }),
      "mtls",
      'is "DISABLE"; it must be one of STRICT, PERMISSIVE',
    ],
    [
      "an unknown platform",
      () => second({ platform: "EKS" }),
      "clusters[1].platform",
      'is "EKS"; it must be one of eks, gke,',
    ],
    ["no replicas", () => config({ istiod: { replicas: 0 } }), "istiod.replicas", ">=1"],
    [
      "an API address without TLS",
      () => second({ apiServer: "http://a" }),
      "clusters[1].apiServer",
      "must be an https",
    ],
    [
      "a CA bundle that is no PEM",
      () => second({ caBundle: "x" }),
      "clusters[1].caBundle",
      "must be PEM text",
    ],
    [
      "a version that is none",
      () => config({ istio: { version: "latest" } }),
      "istio.version",
      "is not an Istio version such as 1.31.1",
    ],
    [
      "a registry with a / at its end",
      () => config({ istio: { hub: "registry.example/istio/" } }),
      "istio.hub",
      "must be a registry without https:// and without a / at its end",
    ],
    [
      "a registry that is a URL",
      () => second({ istio: { hub: "https://registry.example" } }),
      "clusters[1].istio.hub",
      "must be a registry without https://",
    ],
    [
      "a budget that is neither count nor percentage",
      () => config({ gateway: { minAvailable: "half" } }),
      "gateway.minAvailable",
      "",
    ],
    [
      "two ways of access",
      () => access({ kubeconfigFile: file(), context: "cluster2", stackReference: "b" }),
      "clusters[1].access.stackReference",
      "is not a known setting",
    ],
    ["no access", () => access({}), "clusters[1].access", "must be one of { kubeconfigFile, context? }"],
  ])("is refused for %s", (_, raw, path, message) => {
    expect(problemsOf(raw())).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  test.each([
    ["", "is empty"],
    ["eu", "is a text"],
  ])("that Pulumi has as the text %j was not indented", (text, what) => {
    expect(() => parseMesh("istio-multicluster:mesh", text)).toThrow(
      `config value istio-multicluster:mesh ${what}, not the settings of a mesh; indent them by two spaces more`,
    );
  });

  test("whose charts are in no folder is refused, of the mesh and of a cluster", () => {
    const istio = { charts: { folder: "~/charts" } };
    expect(problemsOf({ ...second({ istio }), istio })).toEqual(
      ["istio.charts.folder", "clusters[1].istio.charts.folder"].map((path) => ({
        path,
        message: expect.stringMatching(
          /^~\/charts has no istiod\/Chart\.yaml; give it the folder .* relative to the project \(a leading ~ is not/,
        ),
      })),
    );
  });

  test("is warned of charts of another version than the one that checks go by", () => {
    mkdirSync(join(folder(), "istiod"), { recursive: true });
    writeFileSync(join(folder(), "istiod", "Chart.yaml"), "name: istiod\nversion: 1.31.0\n");
    const charts = { folder: folder() };
    const warningsOf = (changes: object) => {
      const { mesh, problems } = checkMesh(config(changes), () => true);
      expect(problems).toEqual([]);
      return mesh === undefined ? [] : chartFolderWarnings(mesh);
    };
    expect(warningsOf({ istio: { charts, version: "1.31.0" } })).toEqual([]);
    expect(warningsOf({ istio: { charts } })).toEqual([
      {
        path: "istio.charts.folder",
        message: `${folder()} has charts of Istio 1.31.0, but checks go by 1.31.1; set istio.version: 1.31.0`,
      },
    ]);
  });

  test("that is no map at all has one problem, without a path", () => {
    expect(problemsOf("cluster1")).toEqual([
      { path: "", message: 'is the text "cluster1"; it must be of type object' },
    ]);
  });

  test("shows problems of shape, of meaning and of files at once", () => {
    const raw = {
      meshID: "m",
      clusters: [
        entry(1, { name: "A" }),
        entry(2, { whenUnreachable: "wait" }),
        entry(3, { access: { kubeconfigFile: join(folder(), "none") } }),
      ],
      links: [{ observer: "A", observed: "A" }],
    };
    expect(problemsOf(raw).map(({ path }) => path)).toEqual([
      "clusters[1].whenUnreachable",
      "meshID",
      "clusters[0].name",
      "links[0]",
      "clusters[2].access",
    ]);
  });

  test("does not change while it is checked", () => {
    const raw = config({ meshID: "m" });
    problemsOf(raw);
    expect(raw).toEqual(config({ meshID: "m" }));
  });
});

describe("a config value, as it should be", () => {
  test.each([
    [
      "an access that is none",
      () => second({ name: "A", access: {} }),
      "clusters[1].access",
      "clusters[1].name",
    ],
    [
      "a missing network",
      () => second({ name: "A", network: undefined }),
      "clusters[1].network",
      "clusters[1].name",
    ],
    [
      "an observer that is a number",
      () => config({ links: [{ observer: 1, observed: "x" }] }),
      "links[0].observer",
      "links[0].observed",
    ],
  ])("shows problems of meaning beside %s", (_, raw, ...paths) => {
    expect(problemsOf(raw()).map(({ path }) => path)).toEqual(paths);
  });

  test("shows a loopback API address of a cluster whose kubeconfig is known only later", () => {
    const raw = access({ kubeconfigSecret: "k" }, { apiServer: "https://127.0.0.1:6443" });
    expect(problemsOf(raw).map(({ path }) => path)).toEqual(["clusters[1].apiServer"]);
  });
});
