import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { RemoteSecretLink, type RemoteSecretLinkArgs } from "../../components";
import { decoded, find, listOf, outsideProvider, testProvider } from "../support/components";
import { runFailingProgram, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

const NAME = "cluster1.observes.cluster2";

const link = (changes: Partial<RemoteSecretLinkArgs> = {}) =>
  new RemoteSecretLink(
    NAME,
    {
      observed: "cluster2",
      server: "https://cluster2.example:6443",
      caData: "Q0E=",
      token: "s3cr3t",
      ...changes,
    },
    { provider: testProvider() },
  );

describe("RemoteSecretLink", () => {
  test("is one Secret under the observer's provider", async () => {
    const { result, registrations } = await runProgram(() => link());
    expect(listOf(registrations)).toEqual([
      `istio-multicluster:index:RemoteSecretLink ${NAME}`,
      `kubernetes:core/v1:Secret ${NAME}-secret`,
    ]);
    expect(find(registrations, `${NAME}-secret`).parent).toBe(NAME);
    expect(outsideProvider(registrations)).toEqual([]);
    expect(await valueOf(result.secretName)).toBe("istio-remote-secret-cluster2");
  });

  test("is what istioctl create-remote-secret writes", async () => {
    const { registrations } = await runProgram(() => link());
    const { data, ...rest } = find(registrations, `${NAME}-secret`).inputs;
    expect(rest).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "istio-remote-secret-cluster2",
        namespace: "istio-system",
        labels: { "istio/multiCluster": "true" },
        annotations: { "networking.istio.io/cluster": "cluster2" },
      },
    });
    const files = decoded(data);
    expect(Object.keys(files)).toEqual(["cluster2"]);
    expect(parse(files["cluster2"] ?? "")).toEqual({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "cluster2",
      clusters: [
        {
          name: "cluster2",
          cluster: { server: "https://cluster2.example:6443", "certificate-authority-data": "Q0E=" },
        },
      ],
      contexts: [{ name: "cluster2", context: { cluster: "cluster2", user: "cluster2" } }],
      users: [{ name: "cluster2", user: { token: "s3cr3t" } }],
    });
  });

  test.each([
    ["api.internal", "api.internal"],
    ["", undefined],
  ])("checks the API's certificate for the name %j", async (tlsServerName, written) => {
    const { registrations } = await runProgram(() => link({ tlsServerName }));
    const { data } = find(registrations, `${NAME}-secret`).inputs;
    const { clusters } = parse(decoded(data)["cluster2"] ?? "");
    expect(clusters[0].cluster["tls-server-name"]).toBe(written);
  });

  test("keeps its data secret even where the token was not", async () => {
    const { registrations } = await runProgram(() => link());
    expect(find(registrations, `${NAME}-secret`).secretPaths).toEqual(["data"]);
  });

  test("keeps its key without anything in it once another Secret takes its place", async () => {
    const { registrations } = await runProgram(() => link({ superseded: true }));
    expect(find(registrations, `${NAME}-secret`).inputs).toMatchObject({
      metadata: {
        name: "istio-remote-secret-cluster2",
        annotations: { "networking.istio.io/cluster": "cluster2", "istio-multicluster/superseded": "true" },
      },
      data: { cluster2: "" },
    });
  });

  test("writes nothing of the gateway's address", async () => {
    const inputs = async (changes: Partial<RemoteSecretLinkArgs>) =>
      find((await runProgram(() => link(changes))).registrations, `${NAME}-secret`).inputs;
    expect(await inputs({ gatewayAddress: "192.0.2.1" })).toEqual(await inputs({}));
  });

  test("is not made when the observed network's gateway has no address", async () => {
    const { failures, registrations } = await runFailingProgram(() =>
      link({
        gatewayAddress: pulumi.output("x").apply((): string => {
          throw new Error("no address");
        }),
      }),
    );
    expect(failures.join()).toContain("no address");
    expect(listOf(registrations)).toEqual([`istio-multicluster:index:RemoteSecretLink ${NAME}`]);
  });
});
