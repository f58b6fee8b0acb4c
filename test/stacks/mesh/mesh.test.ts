import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../components";
import type { MeshOutputs } from "../../../stacks/mesh/outputs";
import {
  allBefore,
  clusterProviders,
  componentsOf,
  find,
  outsideProvider,
  RENDERER,
} from "../../support/components";
import { deploy as deployWith, type Deployed } from "../../support/deploy";
import type { Recording } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { hoursAfterStart, rootCertificate } from "../../support/pki";
import { mesh } from "../../support/specs";

const withApps = (size: number) =>
  mesh(size, { sampleApps: { helloworld: { cluster1: ["v1"] }, clients: ["cluster1", "cluster2"] } });

const deploy = (spec: MeshSpec) => deployWith(spec, { ingress: [{ hostname: "lb.example" }] });

/** The network that a chart's values name, wherever that chart has it. */
function networkOf({ values }: Record<string, unknown>): string | undefined {
  const { global, labels } = values as { global?: { network?: string }; labels?: Record<string, string> };
  return global?.network ?? labels?.["topology.istio.io/network"];
}

describe("a mesh of three clusters", () => {
  let result: MeshOutputs;
  let registrations: Recording["registrations"];
  let chartCalls: Recording["chartCalls"];

  // In a hook, because collecting tests has no time limit and a program that never ends would need one.
  beforeAll(async () => {
    ({ result, registrations, chartCalls } = await deploy(withApps(3)));
  });

  test("is one root and, per cluster, a CA, a primary, a gateway and a link to each other cluster", () => {
    expect(componentsOf(registrations)).toEqual([
      "ClusterPrimary cluster1",
      "ClusterPrimary cluster2",
      "ClusterPrimary cluster3",
      "EastWestGateway cluster1-gateway",
      "EastWestGateway cluster2-gateway",
      "EastWestGateway cluster3-gateway",
      "HelmChart cluster1-gateway-chart",
      "HelmChart cluster1-istiod",
      "HelmChart cluster2-gateway-chart",
      "HelmChart cluster2-istiod",
      "HelmChart cluster3-gateway-chart",
      "HelmChart cluster3-istiod",
      "IntermediateCA cluster1-ca",
      "IntermediateCA cluster2-ca",
      "IntermediateCA cluster3-ca",
      "RemoteSecretLink cluster1.observes.cluster2",
      "RemoteSecretLink cluster1.observes.cluster3",
      "RemoteSecretLink cluster2.observes.cluster1",
      "RemoteSecretLink cluster2.observes.cluster3",
      "RemoteSecretLink cluster3.observes.cluster1",
      "RemoteSecretLink cluster3.observes.cluster2",
      "RootCA root-ca",
      "SampleApps cluster1-sample-apps",
      "SampleApps cluster2-sample-apps",
    ]);
  });

  test("has one provider per cluster, with a secret kubeconfig and a stable identity", () => {
    const providers = clusterProviders(registrations);
    expect(providers.map(({ name, inputs, secretPaths }) => ({ name, inputs, secretPaths }))).toEqual(
      ["cluster1", "cluster2", "cluster3"].map((name) => ({
        name,
        inputs: {
          kubeconfig: `kubeconfig of ${name}`,
          clusterIdentifier: name,
          enableSecretMutable: "true",
          enableConfigMapMutable: "true",
          skipUpdateUnreachable: "false",
        },
        secretPaths: ["kubeconfig"],
      })),
    );
  });

  test.each(["cluster1", "cluster2", "cluster3"])("makes everything of %s under its provider", (name) => {
    const own = registrations.filter(
      ({ parent }) => parent === name || parent?.startsWith(`${name}-`) || parent?.startsWith(`${name}.`),
    );
    expect(own.filter(({ type }) => type.startsWith("kubernetes:")).length).toBeGreaterThan(8);
    expect(outsideProvider(own, name)).toEqual([]);
  });

  test("leaves no Kubernetes resource to a default provider", () => {
    const orphans = registrations.filter(
      ({ type, provider }) => type.startsWith("kubernetes:") && provider === undefined,
    );
    expect(orphans).toEqual([]);
  });

  test("renders each cluster's charts for its own network, all by one further provider", () => {
    const rendered = chartCalls.map(
      ({ options }) => `${String(options["release_name"])} ${networkOf(options)}`,
    );
    expect(rendered.sort()).toEqual([
      "istio-eastwestgateway network1",
      "istio-eastwestgateway network2",
      "istio-eastwestgateway network3",
      "istiod network1",
      "istiod network2",
      "istiod network3",
    ]);
    expect([...new Set(chartCalls.map(({ provider }) => provider))]).toEqual([RENDERER]);
  });

  test("signs each cluster's CA with the one root and its key", () => {
    const signed = registrations.filter(({ type }) => type.endsWith(":LocallySignedCert"));
    expect(signed).toHaveLength(3);
    for (const { inputs } of signed) {
      expect(inputs["caPrivateKeyPem"]).toContain("root-ca-key");
      expect(inputs["caCertPem"]).toBe(find(registrations, "cluster1-ca-certificate").inputs["caCertPem"]);
    }
  });

  test("gives each observer the observed cluster's address and reader token", () => {
    const { data } = find(registrations, "cluster1.observes.cluster2-secret").inputs;
    const text = Buffer.from((data as Record<string, string>)["cluster2"] ?? "", "base64").toString();
    expect(text).toContain("server: https://cluster2.example");
    expect(text).toContain("token: token-of-cluster2-reader-token");
  });

  test("links across networks only once the observed network's gateway has its address", () => {
    const { dependsOn } = find(registrations, "cluster1.observes.cluster2-secret");
    const gateways = dependsOn.filter((dependency) => dependency.includes("-gateway"));
    expect(gateways).toEqual(["Service cluster2-gateway-chart:istio-system/istio-eastwestgateway"]);
  });

  test.each(["cluster1-gateway", "cluster1-sample-apps", "cluster1.observes.cluster2"])(
    "makes %s after its cluster's own istiod, and waits for no other cluster's",
    (name) => {
      const istiods = [...allBefore(registrations, name)].filter((dependency) =>
        dependency.includes("-istiod:"),
      );
      expect(istiods.sort()).toEqual([
        "ClusterRole cluster1-istiod:istio-reader-clusterrole-istio-system",
        "ConfigMap cluster1-istiod:istio-system/istio",
        "Deployment cluster1-istiod:istio-system/istiod",
        "Service cluster1-istiod:istio-system/istiod",
        "ServiceAccount cluster1-istiod:istio-system/istiod",
      ]);
    },
  );

  test("names one resource of a control plane where something waits for all of it, as the state repeats each name", () => {
    for (const name of ["cluster1-gateway", "cluster1-sample-apps", "cluster1.observes.cluster2"]) {
      const { dependsOn } = find(registrations, name);
      expect([name, dependsOn]).toEqual([name, ["PeerAuthentication cluster1:istio-system/default"]]);
    }
  });

  test("protects the root's key and certificate, and nothing else", () => {
    const isProtected = registrations.filter(({ protect }) => protect).map(({ name }) => name);
    expect(isProtected.sort()).toEqual(["root-ca", "root-ca-certificate", "root-ca-key"]);
  });

  test("tells root, gateway addresses and links", async () => {
    expect(await valueOf(pulumi.output(result))).toEqual({
      rootCertificate: await rootCertificate(),
      rootFingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      certificates: {
        roots: { 1: { notAfter: hoursAfterStart(3650 * 24) } },
        intermediates: {
          cluster1: { notAfter: hoursAfterStart(730 * 24) },
          cluster2: { notAfter: hoursAfterStart(730 * 24) },
          cluster3: { notAfter: hoursAfterStart(730 * 24) },
        },
      },
      gatewayAddresses: { cluster1: "lb.example", cluster2: "lb.example", cluster3: "lb.example" },
      externalControlPlaneAddresses: {},
      signingRequests: {},
      links: [
        "cluster1 -> cluster2",
        "cluster1 -> cluster3",
        "cluster2 -> cluster1",
        "cluster2 -> cluster3",
        "cluster3 -> cluster1",
        "cluster3 -> cluster2",
      ],
      credentials: 6,
    });
    expect(await pulumi.isSecret(pulumi.output(result))).toBe(false);
  });
});

describe("a fourth cluster", () => {
  let three: Deployed;
  let four: Deployed;
  let before: Set<string>;

  beforeAll(async () => {
    three = await deploy(withApps(3));
    four = await deploy(withApps(4));
    before = new Set(three.registrations.map(({ urn }) => urn));
  });

  test("changes no existing resource", () => {
    expect(four.registrations.filter(({ urn }) => before.has(urn))).toEqual(three.registrations);
    const rendered = four.chartCalls.filter(({ options }) => networkOf(options) !== "network4");
    expect(rendered).toEqual(three.chartCalls);
  });

  test("brings its own resources and its links, and nothing else", () => {
    const added = componentsOf(four.registrations.filter(({ urn }) => !before.has(urn)));
    expect(added).toEqual([
      "ClusterPrimary cluster4",
      "EastWestGateway cluster4-gateway",
      "HelmChart cluster4-gateway-chart",
      "HelmChart cluster4-istiod",
      "IntermediateCA cluster4-ca",
      "RemoteSecretLink cluster1.observes.cluster4",
      "RemoteSecretLink cluster2.observes.cluster4",
      "RemoteSecretLink cluster3.observes.cluster4",
      "RemoteSecretLink cluster4.observes.cluster1",
      "RemoteSecretLink cluster4.observes.cluster2",
      "RemoteSecretLink cluster4.observes.cluster3",
    ]);
  });
});
