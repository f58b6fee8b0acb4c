import { describe, expect, test } from "vitest";
import {
  candidatesOf,
  type Declared,
  type ImportEntry,
  importOf,
} from "../../../../ops/take-over/import-file";

const provider: ImportEntry = {
  type: "pulumi:providers:kubernetes",
  name: "cluster1Kubernetes",
  logicalName: "cluster1",
};
const primary: ImportEntry = {
  type: "istio-multicluster:index:ClusterPrimary",
  name: "cluster1",
  component: true,
};
const chart: ImportEntry = {
  type: "istio-multicluster:index:HelmChart",
  name: "chart",
  component: true,
  parent: "cluster1",
};
const within = { id: "<PLACEHOLDER>", provider: "cluster1Kubernetes" };
const service: ImportEntry = {
  type: "kubernetes:core/v1:Service",
  name: "istiodService",
  logicalName: "istiod",
  parent: "chart",
  ...within,
};
const release: ImportEntry = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "base",
  parent: "cluster1",
  ...within,
};
const patch: ImportEntry = { type: "kubernetes:core/v1:NamespacePatch", name: "namespace", ...within };
const gateway: ImportEntry = {
  type: "istio-multicluster:index:EastWestGateway",
  name: "gateway",
  component: true,
};
const resources = [provider, primary, gateway, chart, service, release, patch];

const declared = new Map<string, Declared>([
  [
    "kubernetes:core/v1:Service::istiod",
    { apiVersion: "v1", kind: "Service", metadata: { name: "istiod", namespace: "istio-system" } },
  ],
  ["kubernetes:helm.sh/v3:Release::base", { name: "istio-base", namespace: "istio-system" }],
  ["kubernetes:core/v1:NamespacePatch::namespace", { metadata: { name: "istio-system" } }],
]);

describe("what a program would create", () => {
  test("is looked for in the cluster of its provider, objects and releases, but no patches", () => {
    expect(candidatesOf({ resources }, declared)).toMatchObject([
      { entry: service, cluster: "cluster1", name: "istiod", namespace: "istio-system" },
      { entry: release, cluster: "cluster1", name: "istio-base", namespace: "istio-system" },
    ]);
  });

  test("is of a provider that the stack has already by the name in its URN", () => {
    const nameTable = { cluster1Kubernetes: "urn:pulumi:dev::p::pulumi:providers:kubernetes::cluster1" };
    expect(candidatesOf({ nameTable, resources: [service] }, declared)).toMatchObject([
      { cluster: "cluster1" },
    ]);
  });

  test("is imported with the components around it and its provider, and nothing else", () => {
    const file = importOf({ resources }, new Map([[service, { id: "istio-system/istiod" }]]));
    expect(file.resources).toEqual([provider, primary, chart, { ...service, id: "istio-system/istiod" }]);
  });
});
