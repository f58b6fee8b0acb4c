import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import * as library from "../../components";
import { outsideProvider, testProvider } from "../support/components";
import { CHARTS } from "../support/mock-cluster";
import { type MockCluster, runProgram } from "../support/mocks";
import { unknown } from "../support/outputs";
import { ARGS } from "../support/service-import";

const { EastWestGateway, ExternalControlPlane, IngressGateway, ObserverSecret, RemoteSecretLink } = library;
const { IntermediateCA, IssuedCA, RootCA, CaSigningRequest, ServiceExport, ServiceImport } = library;
const { ClusterPrimary, ClusterRemote, ExistingCluster, MeshPolicy, SampleApps, ServiceStubs } = library;
const { SpireAgent, SpireServer, TrustDomainFederation, WorkloadIdentities } = library;

const READER: library.ReaderPlan = {
  tokenSecret: "reader",
  rules: [{ apiGroup: "", resources: ["pods"], verbs: ["list"], scope: "cluster", feature: "endpoints" }],
};
const NAMES = { clusterName: "cluster1", network: "network1" };
const SERVICE = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "istio-ingressgateway", namespace: "istio-system" },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }], selector: {} },
};
const PREVIEW: MockCluster = {
  preview: true,
  unmade: ["x-certificate"],
  charts: { ...CHARTS, "istio-ingressgateway": [SERVICE] },
};

const access = () => ({ server: unknown(), caData: unknown(), tlsServerName: unknown(), token: unknown() });
const signing = () => ({
  caCertificate: unknown(),
  caPrivateKey: unknown(),
  certificateChain: unknown(),
  rootCertificate: unknown(),
  crl: unknown(),
  rootPhase: unknown(),
  roots: unknown<library.MeshRoots>(),
  owner: unknown(),
});

type Make = (opts: pulumi.ComponentResourceOptions) => unknown;

/** Each component of the library, with all that may be known later not known. */
const COMPONENTS: Record<string, Make> = {
  CaSigningRequest: (opts) =>
    new CaSigningRequest("x", { clusterName: "cluster1", organization: unknown() }, opts),
  ClusterPrimary: (opts) => new ClusterPrimary("x", { ...NAMES, ...signing(), reader: READER }, opts),
  ClusterRemote: (opts) =>
    new ClusterRemote(
      "x",
      { ...NAMES, controlPlanes: ["a"], controlPlaneAddress: unknown(), owner: unknown(), reader: READER },
      opts,
    ),
  EastWestGateway: (opts) => new EastWestGateway("x", { network: "network1" }, opts),
  ExistingCluster: (opts) => new ExistingCluster("x", { network: "network1", reader: READER }, opts),
  ExternalControlPlane: (opts) =>
    new ExternalControlPlane(
      "x",
      {
        ...NAMES,
        ...signing(),
        ...access(),
        publicHostName: "istiod.example",
        certificate: "certificate",
        privateKey: unknown(),
      },
      opts,
    ),
  IngressGateway: (opts) => new IngressGateway("x", { routes: [{ service: "a.b", port: 80 }] }, opts),
  IntermediateCA: (opts) =>
    new IntermediateCA(
      "x",
      {
        clusterName: "cluster1",
        rootCertificate: unknown(),
        rootPrivateKey: unknown(),
        rootNotAfter: unknown(),
        validityDays: unknown<number>(),
        organization: unknown(),
      },
      opts,
    ),
  IssuedCA: (opts) =>
    new IssuedCA("x", { clusterName: "cluster1", issuer: { name: "a" }, namespace: "cert-manager" }, opts),
  MeshPolicy: (opts) => new MeshPolicy("x", {}, opts),
  ObserverSecret: (opts) =>
    new ObserverSecret(
      "x",
      { observed: [{ name: "cluster2", ...access(), gatewayAddress: unknown() }] },
      opts,
    ),
  RemoteSecretLink: (opts) =>
    new RemoteSecretLink("x", { observed: "cluster2", ...access(), gatewayAddress: unknown() }, opts),
  RootCA: (opts) =>
    new RootCA(
      "x",
      { validityDays: unknown<number>(), commonName: unknown(), organization: unknown() },
      opts,
    ),
  SampleApps: (opts) => new SampleApps("x", { helloworldVersions: ["v1"], client: true }, opts),
  ServiceExport: (opts) => new ServiceExport("x", { hosts: ["a.b.svc.cluster.local"] }, opts),
  ServiceImport: (opts) => {
    const endpoints = [{ cluster: "cluster2", addresses: [unknown()] }];
    return new ServiceImport("x", { ...ARGS, endpoints, subjectAltNames: [unknown()] }, opts);
  },
  ServiceStubs: (opts) =>
    new ServiceStubs(
      "x",
      { services: [{ name: "a", namespace: "b", ports: [{ name: "http", port: 80 }] }] },
      opts,
    ),
  SpireAgent: (opts) => new SpireAgent("x", { clusterName: "cluster1", trustDomain: "foo.com" }, opts),
  SpireServer: (opts) =>
    new SpireServer(
      "x",
      {
        clusterName: "cluster1",
        trustDomain: "foo.com",
        upstreamCertificate: unknown(),
        upstreamPrivateKey: unknown(),
        upstreamRoot: unknown(),
        exposesBundle: true,
        imagePullSecrets: ["pull"],
        imagePullCredentials: { pull: unknown() },
      },
      opts,
    ),
  TrustDomainFederation: (opts) =>
    new TrustDomainFederation("x", { trustDomain: "bar.com", roots: unknown(), address: unknown() }, opts),
  WorkloadIdentities: (opts) => new WorkloadIdentities("x", {}, opts),
};

/** Makes one below a component that has the provider for it. */
const preview = (make: Make) =>
  runProgram(() => {
    const providers = [testProvider()];
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, { providers });
    return make({ parent });
  }, PREVIEW);

test("every component of the library is among them", () => {
  const names = Object.entries(library).flatMap(([name, own]) =>
    typeof own === "function" && own.prototype instanceof pulumi.ComponentResource ? [name] : [],
  );
  expect(Object.keys(COMPONENTS).sort()).toEqual(names.sort());
});

describe("in a preview in which nothing of its inputs is known", () => {
  test.each(Object.entries(COMPONENTS))("%s goes through, with its parent's provider", async (_, make) => {
    const { registrations } = await preview(make);
    expect(registrations.length).toBeGreaterThan(2);
    expect(outsideProvider(registrations)).toEqual([]);
  });
});
