import { join } from "node:path";
import { Namespace } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { configureMesh, deployMesh, type MeshOutputs } from "../../../stacks/mesh/library";
import { decoded, find, listOf } from "../../support/components";
import { CA_DATA, kubeconfig, reachable } from "../../support/kubeconfigs";
import { type MockCluster, runFailingProgram, runProgram } from "../../support/mocks";
import { isKnown, unknown, valueOf } from "../../support/outputs";
import { cluster, mesh } from "../../support/specs";

const LB: MockCluster = { ingress: [{ ip: "192.0.2.1" }] };
// A plugin that no machine has: one that is there would be run, and answer when it likes.
const execUser = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-plugin" } };
const kubeconfigOf = (name: string, cluster = reachable(name)) =>
  JSON.stringify(parse(kubeconfig([{ name, cluster, user: execUser }], { "current-context": name })));
const access = (name: string) => ({ kubeconfig: pulumi.output(kubeconfigOf(name)) });
const both = { cluster1: access("cluster1"), cluster2: access("cluster2") };
/** The second one's istiod runs in the first one, behind a certificate whose key the program gives. */
const externalClusters = () => {
  const publicEndpoint = {
    hostName: "istiod.example.com",
    certificate: "-----BEGIN CERTIFICATE-----",
    privateKeyConfig: "given",
  };
  return [cluster(1), cluster(2, { externalControlPlane: { host: "cluster1", publicEndpoint } })];
};

/** The kubeconfig by which cluster1 observes cluster2. */
const remoteKubeconfig = (registrations: Parameters<typeof find>[0]) => {
  const { data, stringData } = find(registrations, "cluster1.observes.cluster2-secret").inputs;
  return parse((stringData ? (stringData as Record<string, string>) : decoded(data))["cluster2"] ?? "");
};

test("importing the library asks nothing of the engine", async () => {
  vi.resetModules();
  const { registrations, chartCalls } = await runProgram(
    () => import(join(__dirname, "../../../stacks/mesh/library")),
  );
  expect([...registrations, ...chartCalls]).toEqual([]);
});

describe("a mesh over clusters of the same program", () => {
  test("is the one that the config would make", async () => {
    const { result, registrations } = await runProgram(() => deployMesh(configureMesh(mesh(2), both)), LB);
    expect(result.links).toEqual(["cluster1 -> cluster2", "cluster2 -> cluster1"]);
    expect(await valueOf(pulumi.output(result.gatewayAddresses))).toEqual({
      cluster1: "192.0.2.1",
      cluster2: "192.0.2.1",
    });
    expect(listOf(registrations)).toContain("istio-multicluster:index:ClusterPrimary cluster1");
  });

  test("has its clusters for what else the program makes there, and not in what it exports", async () => {
    const spec = { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })] };
    const { result, registrations } = await runProgram(() => {
      const deployed = deployMesh(configureMesh(spec, both));
      for (const { name } of spec.clusters) {
        const { provider, injection } = deployed.cluster(name);
        new Namespace(`shop-${name}`, {}, { provider, dependsOn: injection });
      }
      return deployed;
    }, LB);
    const [first, second] = ["cluster1", "cluster2"].map((name) => find(registrations, `shop-${name}`));
    expect(first?.provider).toBe("cluster1");
    expect(first?.dependsOn.join()).toContain("PeerAuthentication cluster1:istio-system/default");
    expect(second?.provider).toBe("cluster2");
    expect(second?.dependsOn.join()).toContain("cluster1.observes.cluster2-secret");
    expect(Object.keys(result)).not.toContain("cluster");
    expect(() => result.cluster("other")).toThrow("the mesh has no cluster other; it has cluster1, cluster2");
  });

  test("uses a kubeconfig with an exec plugin for its provider, and only server and CA of it for links", async () => {
    const { registrations } = await runProgram(() => deployMesh(configureMesh(mesh(2), both)), LB);
    const provider = find(registrations, "cluster2", "providers:kubernetes");
    expect(parse(String(provider.inputs["kubeconfig"])).users).toEqual([
      { name: "cluster2", user: execUser },
    ]);
    expect(provider.secretPaths).toContain("kubeconfig");
    const remote = remoteKubeconfig(registrations);
    expect(remote.clusters[0].cluster).toEqual({
      server: "https://cluster2.example:6443",
      "certificate-authority-data": CA_DATA,
    });
    expect(remote.users[0].user).toEqual({ token: "token-of-cluster2-reader-token" });
  });

  test("takes a kubeconfig that is an object, as some clouds' libraries give it", async () => {
    const kubeconfig = pulumi.output(
      JSON.parse(kubeconfigOf("cluster2")) as unknown,
    ) as pulumi.Output<string>;
    const { registrations } = await runProgram(
      () => deployMesh(configureMesh(mesh(2), { ...both, cluster2: { kubeconfig } })),
      LB,
    );
    const provider = find(registrations, "cluster2", "providers:kubernetes");
    expect(parse(String(provider.inputs["kubeconfig"])).users[0].user).toEqual(execUser);
  });

  test("gives other clusters an address, a CA and its name that are Outputs themselves", async () => {
    const { registrations } = await runProgram(
      () =>
        deployMesh(
          configureMesh(mesh(2), {
            ...both,
            cluster2: {
              ...access("cluster2"),
              apiServer: pulumi.output("https://private.example"),
              caBundle: pulumi.output("-----BEGIN CERTIFICATE-----\nother\n"),
              tlsServerName: pulumi.output("api.example"),
            },
          }),
        ),
      LB,
    );
    expect(remoteKubeconfig(registrations).clusters[0].cluster).toEqual({
      server: "https://private.example",
      "certificate-authority-data": Buffer.from("-----BEGIN CERTIFICATE-----\nother\n").toString("base64"),
      "tls-server-name": "api.example",
    });
  });

  test("can be previewed before there are clusters", async () => {
    const unmade = { kubeconfig: pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string> };
    const { result, registrations } = await runProgram(
      (): MeshOutputs => deployMesh(configureMesh(mesh(2), { cluster1: unmade, cluster2: unmade })),
      { preview: true },
    );
    expect(await isKnown(pulumi.output(result.gatewayAddresses))).toBe(false);
    // The same as once they are there: a preview that left anything out would show it as deleted.
    const { registrations: made } = await runProgram(() => deployMesh(configureMesh(mesh(2), both)), LB);
    expect(registrations.map(({ urn }) => urn)).toEqual(made.map(({ urn }) => urn));
  });

  test("can be previewed while nothing is known that its program gives", async () => {
    const later = () => unknown();
    const access = {
      kubeconfig: later(),
      identity: later(),
      apiServer: later(),
      caBundle: later(),
      tlsServerName: later(),
      privateKey: later(),
      imagePullCredentials: { pull: later() },
    };
    const spec = {
      clusters: externalClusters(),
      istio: { imagePullCredentials: { pull: "given" } },
    };
    const { registrations } = await runProgram(
      () => deployMesh(configureMesh(spec, { cluster1: access, cluster2: access })),
      { preview: true },
    );
    expect(listOf(registrations)).toContain("istio-multicluster:index:ExternalControlPlane cluster1");
  });

  test("of which nobody could reach an API says whose", async () => {
    const loopback = kubeconfigOf("cluster2", {
      server: "https://127.0.0.1:6443",
      "certificate-authority-data": CA_DATA,
    });
    const { failures } = await runFailingProgram(
      () => deployMesh(configureMesh(mesh(2), { ...both, cluster2: { kubeconfig: loopback } })),
      LB,
    );
    expect(failures.join("\n")).toContain(
      "the kubeconfig of cluster cluster2 gives cluster2's API the loopback address",
    );
  });
});

describe("configureMesh", () => {
  test("lists every problem of the spec and of the access to its clusters", () => {
    const spec = mesh(2, { meshId: "Mesh" });
    expect(() => configureMesh(spec, { cluster1: access("cluster1"), cluster3: access("cluster3") })).toThrow(
      new pulumi.RunError(
        [
          "the mesh has 3 problems; nothing was touched:",
          '  - meshId "Mesh" is not a DNS-1123 label; use lower-case letters, digits and "-", beginning and ending with a letter or digit',
          "  - access.cluster2 is missing; give it the kubeconfig of cluster2",
          "  - access.cluster3 is of no cluster of the mesh; add cluster3 to clusters, or remove its access",
        ].join("\n"),
      ),
    );
  });

  test("says which of a spec's settings are Outputs, and leaves those of the base chart to Helm", () => {
    const later = pulumi.output("a");
    const values = { env: { LIST: [{ later }] } };
    const clusters = [cluster(1, { name: later as never }), cluster(2, { base: { values } })];
    const spec = { clusters, trustDomain: later as never, istiod: { values }, base: { values } };
    expect(() => configureMesh(spec, both)).toThrow(
      /^the mesh has 3 problems; .*\n +- clusters\[0\]\.name is an Output, .*\n +- trustDomain is .*\n +- istiod\.values\.env\.LIST\[0\]\.later is an Output, .*$/,
    );
  });

  test("wants the key of a public certificate, and hands it on as a secret", async () => {
    const spec = { clusters: externalClusters() };
    expect(() => configureMesh(spec, both)).toThrow("access.cluster2.privateKey is missing; give it the key");
    const given = { ...both, cluster2: { ...access("cluster2"), privateKey: "key" } };
    const privateKey = configureMesh(spec, given).access.get("cluster2")?.privateKey;
    expect(await pulumi.isSecret(pulumi.output(privateKey))).toBe(true);
  });

  test("takes a spec and access without a fault", () => {
    expect(configureMesh(mesh(2), both).plan.clusters).toHaveLength(2);
  });
});
