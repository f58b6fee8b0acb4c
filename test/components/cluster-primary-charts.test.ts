import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { istiodValues } from "../../components/values/istiod";
import { deployPrimary } from "../support/cluster-primary";
import { chartCall, find } from "../support/components";

const REPOSITORY = "https://istio-release.storage.googleapis.com/charts";

describe("ClusterPrimary", () => {
  test("lets no key into chart values", async () => {
    const { registrations, chartCalls } = await deployPrimary({ caPrivateKey: pulumi.secret("ca key") });
    for (const name of ["cluster1-base", "cluster1-istiod"]) {
      const chart = find(registrations, name);
      expect(chart.secretPaths).toEqual([]);
      expect(JSON.stringify(chart.inputs)).not.toContain("ca key");
    }
    expect(chartCalls).toHaveLength(1);
    expect(JSON.stringify(chartCalls)).not.toContain("ca key");
  });

  test("installs base and istiod of one version", async () => {
    const { registrations, chartCalls } = await deployPrimary();
    expect(find(registrations, "cluster1-base").inputs).toMatchObject({
      chart: "base",
      version: "1.31.1",
      repositoryOpts: { repo: REPOSITORY },
      name: "istio-base",
      namespace: "istio-system",
      values: { base: { validationFailurePolicy: "Fail" } },
    });
    expect(chartCall(chartCalls, "istiod").options).toEqual({
      kube_version: expect.any(String),
      chart: "istiod",
      version: "1.31.1",
      fetch_opts: { repo: REPOSITORY },
      namespace: "istio-system",
      release_name: "istiod",
      values: istiodValues({
        clusterName: "cluster1",
        network: "network1",
        meshId: "mesh1",
        trustDomain: "cluster.local",
        imagePullSecrets: [],
      }),
    });
  });

  test("takes mesh, images, chart folder and values per role", async () => {
    const { registrations, chartCalls } = await deployPrimary({
      meshId: "mesh2",
      trustDomain: "td.example",
      istio: { folder: "charts", hub: "registry.example", tag: "1.31.0", imagePullSecrets: ["pull"] },
      base: { values: { defaultRevision: "" } },
      istiod: { replicas: 2, values: { env: { A: "1" } } },
    });
    const base = find(registrations, "cluster1-base").inputs;
    expect(base).toMatchObject({ chart: "./charts/base", values: { defaultRevision: "" } });
    expect(base).not.toHaveProperty("version");
    expect(base).not.toHaveProperty("repositoryOpts");
    expect(chartCall(chartCalls, "istiod").options).toEqual({
      kube_version: expect.any(String),
      path: "./charts/istiod",
      namespace: "istio-system",
      release_name: "istiod",
      values: istiodValues({
        clusterName: "cluster1",
        network: "network1",
        meshId: "mesh2",
        trustDomain: "td.example",
        hub: "registry.example",
        tag: "1.31.0",
        imagePullSecrets: ["pull"],
        replicas: 2,
        values: { env: { A: "1" } },
      }),
    });
  });
});
