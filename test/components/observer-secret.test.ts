import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ObserverSecret, type ObserverSecretArgs } from "../../components";
import { decoded, find, listOf, outsideProvider, testProvider } from "../support/components";
import { runFailingProgram, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

const NAME = "cluster1.observes";

const observed = (name: string) => ({
  name,
  server: `https://${name}.example:6443`,
  caData: "Q0E=",
  token: `token of ${name}`,
});

const secret = (changes: Partial<ObserverSecretArgs> = {}) =>
  new ObserverSecret(
    NAME,
    { observed: [observed("cluster2"), observed("cluster3")], ...changes },
    { provider: testProvider() },
  );

describe("ObserverSecret", () => {
  test("is one Secret under the observer's provider", async () => {
    const { result, registrations } = await runProgram(() => secret());
    expect(listOf(registrations)).toEqual([
      `istio-multicluster:index:ObserverSecret ${NAME}`,
      `kubernetes:core/v1:Secret ${NAME}-secret`,
    ]);
    expect(find(registrations, `${NAME}-secret`).parent).toBe(NAME);
    expect(outsideProvider(registrations)).toEqual([]);
    expect(await valueOf(result.secretName)).toBe("istio-remote-secrets");
  });

  test("has a key for each cluster, under Istio's label, and keeps all of them secret", async () => {
    const { registrations } = await runProgram(() => secret());
    const { inputs, secretPaths } = find(registrations, `${NAME}-secret`);
    expect(inputs["metadata"]).toEqual({
      name: "istio-remote-secrets",
      namespace: "istio-system",
      labels: { "istio/multiCluster": "true" },
      annotations: { "istio-multicluster/clusters": "cluster2,cluster3" },
    });
    const kubeconfigs = Object.entries(decoded(inputs["data"])).map(([key, text]) => [key, parse(text)]);
    expect(kubeconfigs).toEqual(
      ["cluster2", "cluster3"].map((name) => [
        name,
        expect.objectContaining({
          "current-context": name,
          clusters: [
            {
              name,
              cluster: { server: `https://${name}.example:6443`, "certificate-authority-data": "Q0E=" },
            },
          ],
          users: [{ name, user: { token: `token of ${name}` } }],
        }),
      ]),
    );
    expect(secretPaths).toEqual(["data"]);
  });

  test("is the same in whatever order its clusters are given", async () => {
    const inputs = async (...names: string[]) => {
      const { registrations } = await runProgram(() => secret({ observed: names.map(observed) }));
      return find(registrations, `${NAME}-secret`).inputs;
    };
    expect(await inputs("cluster3", "cluster2")).toEqual(await inputs("cluster2", "cluster3"));
  });

  test("keeps its keys without anything in them once links take its place", async () => {
    const { registrations } = await runProgram(() => secret({ superseded: true }));
    expect(find(registrations, `${NAME}-secret`).inputs).toMatchObject({
      metadata: { annotations: { "istio-multicluster/superseded": "true" } },
      data: { cluster2: "", cluster3: "" },
    });
  });

  test("is not made while one of the gateways has no address", async () => {
    const gatewayAddress = pulumi.output("x").apply((): string => {
      throw new Error("no address");
    });
    const { failures, registrations } = await runFailingProgram(() =>
      secret({ observed: [observed("cluster2"), { ...observed("cluster3"), gatewayAddress }] }),
    );
    expect(failures.join()).toContain("no address");
    expect(listOf(registrations)).toEqual([`istio-multicluster:index:ObserverSecret ${NAME}`]);
  });
});
