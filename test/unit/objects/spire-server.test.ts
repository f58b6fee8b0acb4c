import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { spireBase, spireServer, type SpireServerInput } from "../../../components/objects/spire/server";
import { SPIRE_IMAGES } from "../../../components/spec/spire/images";
import { objectsOf } from "../../support/objects";
import { type Live, one } from "../../support/spire-objects";

const SERVER: SpireServerInput = {
  clusterName: "foo",
  trustDomain: "foo.com",
  caTtl: "24h",
  svidTtl: "1h",
  refreshHint: "5m",
  database: "datastore",
  images: SPIRE_IMAGES,
  storageSize: "1Gi",
  upstreamSecret: "spire-upstream-ca",
};
const ISSUER = { name: "root", kind: "ClusterIssuer", group: "cert-manager.io" };

const server = (changes: Partial<SpireServerInput> = {}) =>
  objectsOf<Live>((chart) => spireServer(chart, { ...SERVER, ...changes }));
const names = (objects: readonly Live[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
const without = { issuer: ISSUER, upstreamSecret: undefined };

describe("SPIRE's kinds and namespace", () => {
  test("come first, and leave a namespace alone that is somebody else's", () => {
    const crds = ["clusterfederatedtrustdomains", "clusterspiffeids", "clusterstaticentries"].map(
      (kind) => `CustomResourceDefinition ${kind}.spire.spiffe.io`,
    );
    expect(names(objectsOf((chart) => spireBase(chart, false)))).toEqual(["Namespace spire", ...crds]);
    expect(names(objectsOf((chart) => spireBase(chart, true)))).toEqual(crds);
  });

  test("have a namespace that lets agents see processes, and in which no pod gets a proxy", () => {
    const { metadata } = one(
      objectsOf<Live>((chart) => spireBase(chart, false)),
      "Namespace",
    );
    expect(metadata).toMatchObject({
      labels: { "pod-security.kubernetes.io/enforce": "privileged", "istio-injection": "disabled" },
    });
  });
});

describe("SPIRE's server", () => {
  test("is one pod with its configuration, rights and Service", () => {
    expect(names(server()).sort()).toEqual([
      "ClusterRole spire-server",
      "ClusterRoleBinding spire-server",
      "ConfigMap spire-bundle",
      "ConfigMap spire-controller-manager",
      "ConfigMap spire-server",
      "PersistentVolumeClaim spire-server-data",
      "Role spire-server",
      "RoleBinding spire-server",
      "Service spire-server",
      "ServiceAccount spire-server",
      "StatefulSet spire-server",
    ]);
    expect(one(server(), "StatefulSet").spec).toMatchObject({ replicas: 1 });
  });

  test("keeps entries and keys on its volume, under the user of its image", () => {
    const objects = server({ storageClassName: "fast" });
    const { spec } = one(objects, "StatefulSet");
    expect(one(objects, "PersistentVolumeClaim", "spire-server-data").spec).toMatchObject({
      storageClassName: "fast",
      resources: { requests: { storage: "1Gi" } },
    });
    expect(spec.template.spec.volumes).toContainEqual({
      name: "data",
      persistentVolumeClaim: { claimName: "spire-server-data" },
    });
    expect(spec.template.spec.securityContext).toMatchObject({ runAsUser: 1000, fsGroup: 1000 });
    const config = one(server(), "ConfigMap", "spire-server").data["server.conf"];
    expect(config).toContain('keys_path = "/run/spire/data/keys.json"');
    expect(config).toContain('connection_string = "/run/spire/data/datastore.sqlite3"');
    expect(spec.template.spec.containers[0]?.volumeMounts).toContainEqual({
      name: "data",
      mountPath: "/run/spire/data",
    });
  });

  test("tolerates the taints that it is told of, and nothing is said of them without", () => {
    const podOf = (changes: Partial<SpireServerInput>) =>
      one(server(changes), "StatefulSet").spec.template.spec;
    const tolerations = [{ key: "dedicated", operator: "Exists" }] as const;
    expect(podOf({ tolerations })).toMatchObject({ tolerations });
    expect(podOf({})).not.toHaveProperty("tolerations");
    expect(podOf({ tolerations: [] })).not.toHaveProperty("tolerations");
  });

  test("with another database is another StatefulSet, so that Pulumi waits for what it tells", () => {
    const { spec } = one(server({ database: "other" }), "StatefulSet");
    const labels = { app: "spire-server", "istio-multicluster/database": "other" };
    expect(spec).toMatchObject({
      selector: { matchLabels: labels },
      template: { metadata: { labels } },
    });
    expect(one(server(), "StatefulSet").spec).toMatchObject({
      selector: { matchLabels: { app: "spire-server" } },
    });
    expect(one(server({ database: "other" }), "Service", "spire-server").spec).toMatchObject({
      selector: { app: "spire-server" },
    });
  });

  test("has its CA signed by what a Secret holds, or by an issuer and then without any Secret", () => {
    const volumes = (objects: Live[]) =>
      one(objects, "StatefulSet").spec.template.spec.volumes.map(({ name }) => name);
    const config = (objects: Live[]) => one(objects, "ConfigMap", "spire-server").data["server.conf"];
    expect(config(server())).toContain('UpstreamAuthority "disk"');
    expect(volumes(server())).toContain("upstream");
    const issued = server(without);
    expect(config(issued)).toMatch(
      /UpstreamAuthority "cert-manager" {\n {4}plugin_data {\n {6}issuer_name = "root"/,
    );
    expect(volumes(issued)).not.toContain("upstream");
  });

  test("may ask for certificates only where an issuer signs", () => {
    const groups = (objects: Live[]) => one(objects, "Role").rules.flatMap(({ apiGroups }) => apiGroups);
    expect(groups(server())).toEqual([""]);
    expect(groups(server(without))).toEqual(["", "cert-manager.io"]);
  });

  test("changes nothing in the cluster but its bundle, and statuses of its own kinds", () => {
    const rules = [...one(server(), "ClusterRole").rules, ...one(server(), "Role").rules];
    const writing = rules.filter(({ verbs }) =>
      verbs.some((verb) => !["get", "list", "watch"].includes(verb)),
    );
    expect(writing.map(({ resources }) => resources)).toEqual([
      ["tokenreviews"],
      [
        expect.stringMatching(/\/status$/),
        expect.stringMatching(/\/status$/),
        expect.stringMatching(/\/status$/),
      ],
      ["configmaps"],
    ]);
  });

  test("tells others its roots only where somebody asks", () => {
    expect(names(server())).not.toContain("Service spire-bundle-endpoint");
    const told = server({ endpointAnnotations: { a: "b" } });
    expect(one(told, "Service", "spire-bundle-endpoint")).toMatchObject({
      metadata: { annotations: { a: "b" } },
      spec: { type: "LoadBalancer", ports: [{ port: 8443, targetPort: 8443 }] },
    });
  });

  const annotations = (changes: Partial<SpireServerInput>) =>
    one(server(changes), "StatefulSet").spec.template.metadata.annotations;

  test("starts anew with another configuration, and only then", () => {
    expect(annotations({})).toEqual(annotations({ endpointAnnotations: {} }));
    expect(annotations({})).not.toEqual(annotations({ caTtl: "12h" }));
  });

  test("says which profile its endpoint has, for which a mesh that runs does not start its servers anew", () => {
    const config = one(server(), "ConfigMap", "spire-server").data["server.conf"];
    expect(config).toMatch(/bundle_endpoint {[^}]*profile "https_spiffe" {}/);
    // As it was before the profile was said.
    expect(annotations({})).toEqual({ "istio-multicluster/config": "c63bfe77ca752e9e" });
  });

  test("has beside it the manager, which registers no pod of the system", () => {
    const config = parse(
      one(server(), "ConfigMap", "spire-controller-manager").data["controller-manager.yaml"] ?? "",
    );
    expect(config).toMatchObject({ clusterName: "foo", trustDomain: "foo.com" });
    const ignored = (config.ignoreNamespaces as string[]).map((pattern) => new RegExp(pattern));
    const isIgnored = (namespace: string) => ignored.some((pattern) => pattern.test(namespace));
    expect(["kube-system", "spire", "istio-system", "my-spire"].map(isIgnored)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
