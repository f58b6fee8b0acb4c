import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, planMesh, type PublicEndpointSpec } from "../../../components";
import { checkMesh } from "../../../stacks/config/read";
import { deployMesh } from "../../../stacks/mesh/mesh";
import { allBefore, decoded, find, istiodCall, listOf } from "../../support/components";
import { type Recording, runProgram } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { cluster } from "../../support/specs";

const HOST_ADDRESS = "192.0.2.1";

/** cluster1 runs the istiod of cluster2, whose remote is cluster3. */
const spec = (changes: Partial<ClusterSpec> = {}): MeshSpec => ({
  clusters: [
    cluster(1),
    cluster(2, { externalControlPlane: { host: "cluster1" }, ...changes }),
    cluster(3, { controlPlanes: ["cluster2"] }),
  ],
  sampleApps: { helloworld: { cluster2: ["v1"] } },
});

const deploy = (mesh: MeshSpec) =>
  runProgram(
    () => {
      const access = mesh.clusters.map(({ name }) => {
        const endpoint = pulumi.output({ server: `https://${name}.example`, caData: "Q0E=" });
        const kubeconfig = pulumi.secret(`kubeconfig of ${name}`);
        return [name, { kubeconfig, endpoint: () => endpoint, privateKey: pulumi.secret("key") }] as const;
      });
      return deployMesh({ plan: planMesh(mesh), access: new Map(access) });
    },
    { ingress: [{ ip: HOST_ADDRESS }] },
  );

type Deployed = Awaited<ReturnType<typeof deploy>>;

const underProvider = ({ registrations }: Recording, provider: string) =>
  listOf(registrations.filter((candidate) => candidate.provider === provider));

describe("an external control plane", () => {
  let deployed: Deployed;
  beforeAll(async () => {
    deployed = await deploy(spec());
  });

  test("puts into its host what istiod needs, and nothing else of the mesh", () => {
    const names = underProvider(deployed, "cluster1").filter((text) => !text.includes("cluster1-istiod"));
    expect(names).toEqual([
      "istio-multicluster:index:ExternalControlPlane cluster1",
      "istio-multicluster:index:RemoteSecretLink cluster2.observes.cluster3",
      "kubernetes:core/v1:Namespace cluster1-istio-system",
      "kubernetes:core/v1:Secret cluster1-cacerts",
      "kubernetes:core/v1:Secret cluster1-kubeconfig",
      "kubernetes:core/v1:Secret cluster2.observes.cluster3-secret",
      "kubernetes:core/v1:Service cluster1:istio-system/istiod-external",
    ]);
  });

  test("is known by the config cluster's name, and signs with that cluster's CA", () => {
    const { values } = istiodCall(deployed.chartCalls, "cluster2").options as { values: { global: object } };
    expect(values.global).toMatchObject({
      multiCluster: { clusterName: "cluster2" },
      network: "network2",
      externalIstiod: true,
    });
    const cacerts = decoded(find(deployed.registrations, "cluster1-cacerts").inputs["data"]);
    expect(cacerts["ca-cert.pem"]).toContain("cluster2-ca");
  });

  test("opens both ports on a load balancer of its own", () => {
    const { spec } = find(deployed.registrations, "cluster1:istio-system/istiod-external").inputs;
    expect(spec).toMatchObject({ type: "LoadBalancer", selector: { app: "istiod" } });
    const { ports } = spec as { ports: { port: number }[] };
    expect(ports.map(({ port }) => port)).toEqual([15012, 15017]);
  });

  test("reads the config cluster with the token of istiod's account there, as a secret", () => {
    const { inputs, secretPaths } = find(deployed.registrations, "cluster1-kubeconfig");
    const { config } = decoded(inputs["data"]);
    expect(config).toContain("server: https://cluster2.example");
    expect(config).toContain("token: token-of-cluster2-istiod-token");
    expect(secretPaths).toEqual(["data"]);
    expect(inputs["metadata"]).not.toHaveProperty("labels");
  });

  test("asks for the token of an account only once the chart has made the account", () => {
    expect(find(deployed.registrations, "cluster2-istiod-token").dependsOn).toContain(
      "ServiceAccount cluster2-istiod:istio-system/istiod",
    );
  });

  test("is reached by config cluster and remote at the host's address", () => {
    for (const name of ["cluster2", "cluster3"]) {
      const slice = find(deployed.registrations, `${name}-istiod:istio-system/istiod`, ":EndpointSlice");
      expect(slice.inputs["endpoints"]).toEqual([{ addresses: [HOST_ADDRESS] }]);
    }
  });

  test("starts after the way to it and its credential, and before whatever it injects or validates", () => {
    const istiod = "Deployment cluster1-istiod:istio-system/istiod";
    const needs = allBefore(deployed.registrations, "cluster1-istiod");
    expect([...needs]).toEqual(
      expect.arrayContaining([
        "Service cluster1:istio-system/istiod-external",
        "Secret cluster1-cacerts",
        "Secret cluster1-kubeconfig",
        "Secret cluster2-istiod-token",
      ]),
    );
    for (const name of ["cluster2-gateway", "cluster2-sample-apps"]) {
      expect(allBefore(deployed.registrations, name), name).toContain(istiod);
    }
  });

  test("takes over what its config cluster had as a primary, and gives it back", async () => {
    const policy = "cluster2:istio-system/default";
    const primary = await deploy({ clusters: [cluster(2)] });
    expect(find(deployed.registrations, policy).aliases.join()).toContain(
      "ClusterPrimary$kubernetes:security.istio.io/v1:PeerAuthentication::cluster2:",
    );
    expect(find(primary.registrations, policy).aliases.join()).toContain(
      "MeshPolicy$kubernetes:security.istio.io/v1:PeerAuthentication::cluster2:",
    );
    expect(find(deployed.registrations, "cluster2", "ClusterRemote").aliases.join()).toContain(
      "ClusterPrimary",
    );
  });

  test("tells the address under the config cluster's name, and opens no gateway to istiod", async () => {
    const { externalControlPlaneAddresses, gatewayAddresses, links } = deployed.result;
    expect(await valueOf(pulumi.output(externalControlPlaneAddresses))).toEqual({ cluster2: HOST_ADDRESS });
    expect(Object.keys(gatewayAddresses)).toEqual(["cluster2", "cluster3"]);
    expect(links).toEqual(["cluster2 -> cluster3"]);
  });
});

describe("an external control plane with a public name", () => {
  const certificate = "-----BEGIN CERTIFICATE-----\npublic\n-----END CERTIFICATE-----\n";
  const named = (publicEndpoint: Partial<PublicEndpointSpec>) =>
    deploy(
      spec({
        externalControlPlane: {
          host: "cluster1",
          publicEndpoint: { hostName: "istiod.example.com", ...publicEndpoint },
        },
      }),
    );

  test("keeps the given certificate and its key in the host, the key as a secret", async () => {
    const { registrations } = await named({ certificate, privateKeyConfig: "istiodKey" });
    const { inputs, secretPaths } = find(registrations, "cluster1-certificate");
    expect(inputs).toMatchObject({
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate, "tls.key": "key" },
    });
    expect(secretPaths).toEqual(["stringData"]);
  });

  test("makes no Secret where the user keeps one", async () => {
    const { registrations, chartCalls } = await named({ certificateSecret: "public" });
    expect(registrations.map(({ name }) => name)).not.toContain("cluster1-certificate");
    const { options } = istiodCall(chartCalls, "cluster2");
    expect(JSON.stringify(options["values"])).toContain('"secretName":"public"');
  });

  test("is reached by that name, not through Services istiod", async () => {
    const { registrations, chartCalls } = await named({ certificateSecret: "public" });
    expect(registrations.filter(({ type }) => type.endsWith(":EndpointSlice"))).toEqual([]);
    for (const name of ["cluster2", "cluster3"]) {
      expect(istiodCall(chartCalls, name, "remote").options["values"], name).toMatchObject({
        istiodRemote: {
          injectionURL: `https://istiod.example.com:15017/inject/cluster/${name}/net/network${name.at(-1)}`,
        },
      });
      expect(find(registrations, `${name}-base`).inputs["values"], name).toMatchObject({
        base: { validationURL: "https://istiod.example.com:15017/validate" },
      });
    }
  });
});

describe("the config of an external control plane", () => {
  const access = { stackReference: "clusters", output: "kubeconfig" };
  const config = (externalControlPlane: object) => ({
    clusters: [
      { name: "cluster1", network: "network1", access },
      { name: "cluster2", network: "network2", access, externalControlPlane },
    ],
  });
  const publicEndpoint = { hostName: "istiod.example.com", privateKeyConfig: "istiodKey" };
  const problemsOf = (raw: unknown, secrets: string[] = []) =>
    checkMesh(raw, (name) => secrets.includes(name)).problems;

  test("is right with host alone", () => {
    expect(problemsOf(config({ host: "cluster1" }))).toEqual([]);
  });

  test("names a private key that is set", () => {
    const certificate = "-----BEGIN CERTIFICATE-----";
    const raw = config({ host: "cluster1", publicEndpoint: { ...publicEndpoint, certificate } });
    expect(problemsOf(raw)).toEqual([
      {
        path: "clusters[1].externalControlPlane.publicEndpoint.privateKeyConfig",
        message: expect.stringContaining("pulumi config set --secret istiodKey"),
      },
    ]);
    expect(problemsOf(raw, ["istiodKey"])).toEqual([]);
  });

  test("says of parts that are missing only that they are", () => {
    expect(problemsOf(config({ publicEndpoint: {} })).map(({ path }) => path)).toEqual([
      "clusters[1].externalControlPlane.host",
      "clusters[1].externalControlPlane.publicEndpoint.hostName",
    ]);
  });

  test("needs an address of the config cluster's API that the host can reach", () => {
    const apiServer = "https://127.0.0.1:6443";
    const { clusters } = config({ host: "cluster1" });
    const [host, own] = clusters;
    expect(problemsOf({ clusters: [host, { ...own, apiServer }] })).toEqual([
      { path: "clusters[1].apiServer", message: expect.stringContaining("the loopback address") },
    ]);
    expect(problemsOf({ clusters: [{ ...host, apiServer }, own] })).toEqual([]);
  });
});
