import { describe, expect, test } from "vitest";
import { EastWestGateway, type EastWestGatewayArgs } from "../../components";
import { gatewayValues } from "../../components/values/gateway";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { type MockCluster, runFailingProgram, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

const withIp: MockCluster = { ingress: [{ ip: "192.0.2.1" }] };

const gateway = (args: Partial<EastWestGatewayArgs> = {}) =>
  new EastWestGateway("gateway", { network: "network1", ...args }, { provider: testProvider() });

describe("EastWestGateway", () => {
  test("is Istio's gateway chart and the exposure behind it", async () => {
    const { registrations } = await runProgram(() => gateway(), withIp);
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:EastWestGateway gateway",
      "kubernetes:helm.sh/v4:Chart gateway-chart",
      "kubernetes:networking.istio.io/v1:Gateway gateway-gateway-cross-network-gateway",
    ]);
    expect(registrations.slice(1, 3).map(({ parent }) => parent)).toEqual(["gateway", "gateway"]);
    expect(find(registrations, "gateway-gateway-cross-network-gateway").dependsOn).toContain("gateway-chart");
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("installs the chart with the values of its network and nothing secret", async () => {
    const { registrations } = await runProgram(() => gateway(), withIp);
    const chart = find(registrations, "gateway-chart");
    expect(chart.inputs).toEqual({
      chart: "gateway",
      version: "1.31.1",
      repositoryOpts: { repo: "https://istio-release.storage.googleapis.com/charts" },
      name: "istio-eastwestgateway",
      namespace: "istio-system",
      values: gatewayValues({ network: "network1", imagePullSecrets: [] }),
    });
    expect(chart.secretPaths).toEqual([]);
  });

  test("takes chart source, pull secrets, scale and exposed hosts", async () => {
    const hosts = ["*.a.svc.cluster.local"];
    const istio = { folder: "charts", imagePullSecrets: ["pull"] };
    const { registrations } = await runProgram(() => gateway({ istio, hosts, replicas: 2 }), withIp);
    expect(find(registrations, "gateway-chart").inputs).toEqual({
      chart: "./charts/gateway",
      name: "istio-eastwestgateway",
      namespace: "istio-system",
      values: gatewayValues({ network: "network1", imagePullSecrets: ["pull"], replicas: 2 }),
    });
    expect(find(registrations, "gateway-gateway-cross-network-gateway").inputs).toMatchObject({
      spec: { servers: [{ hosts }] },
    });
  });

  test.each([
    ["an IP", [{ ip: "192.0.2.1" }], "192.0.2.1"],
    ["a host name", [{ hostname: "lb.example" }], "lb.example"],
    ["the first of several", [{ ip: "192.0.2.1" }, { ip: "192.0.2.2" }], "192.0.2.1"],
  ])("has the address of its load balancer: %s", async (_, ingress, address) => {
    const { result } = await runProgram(() => gateway(), { ingress });
    expect(await valueOf(result.address)).toBe(address);
  });

  test.each([
    ["the load balancer has no address", { ingress: [] }],
    ["the chart has no Service", {}],
  ])("fails when %s, and says what to check", async (_, cluster) => {
    const { failures } = await runFailingProgram(() => gateway(), cluster);
    expect(failures).toEqual([
      expect.stringContaining(
        "Service istio-system/istio-eastwestgateway has no load balancer address; check that the cluster gives one",
      ),
    ]);
  });

  test("has an unknown address in a preview, and does not fail", async () => {
    const { result, registrations } = await runProgram(() => gateway(), { preview: true });
    expect(listOf(registrations)).toHaveLength(3);
    expect(await valueOf(result.address)).toBeUndefined();
  });
});
