import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { EastWestGateway, type EastWestGatewayArgs } from "../../components";
import { gatewayValues } from "../../components/values/gateway";
import { chartCall, find, listOf, outsideProvider, testProvider } from "../support/components";
import { type MockCluster, runFailingProgram, runProgram } from "../support/mocks";
import { isKnown, valueOf } from "../support/outputs";

const withIp: MockCluster = { ingress: [{ ip: "192.0.2.1" }] };

const IN_CHART = "gateway-chart:istio-system/istio-eastwestgateway";
const EXPOSURE = "gateway:istio-system/cross-network-gateway";

const gateway = (args: Partial<EastWestGatewayArgs> = {}) =>
  new EastWestGateway("gateway", { network: "network1", ...args }, { provider: testProvider() });

describe("EastWestGateway", () => {
  test("is Istio's gateway chart and the exposure behind it", async () => {
    const { registrations } = await runProgram(() => gateway(), withIp);
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:EastWestGateway gateway",
      "istio-multicluster:index:HelmChart gateway-chart",
      `kubernetes:apps/v1:Deployment ${IN_CHART}`,
      `kubernetes:core/v1:Service ${IN_CHART}`,
      `kubernetes:core/v1:ServiceAccount ${IN_CHART}`,
      `kubernetes:networking.istio.io/v1:Gateway ${EXPOSURE}`,
    ]);
    expect(registrations.slice(0, 6).map(({ parent }) => parent)).toEqual([
      undefined,
      "gateway",
      "gateway-chart",
      "gateway-chart",
      "gateway-chart",
      "gateway",
    ]);
    expect(find(registrations, EXPOSURE).dependsOn).toEqual([
      `Deployment ${IN_CHART}`,
      `Service ${IN_CHART}`,
      `ServiceAccount ${IN_CHART}`,
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("installs the chart with the values of its network and nothing secret", async () => {
    const { registrations, chartCalls } = await runProgram(() => gateway(), withIp);
    expect(chartCall(chartCalls, "istio-eastwestgateway").options).toEqual({
      kube_version: expect.any(String),
      chart: "gateway",
      version: "1.31.1",
      fetch_opts: { repo: "https://istio-release.storage.googleapis.com/charts" },
      namespace: "istio-system",
      release_name: "istio-eastwestgateway",
      values: gatewayValues({ network: "network1", imagePullSecrets: [] }),
    });
    expect(registrations.flatMap(({ secretPaths }) => secretPaths)).toEqual([]);
  });

  test("takes chart source, pull secrets, scale and exposed hosts", async () => {
    const hosts = ["*.a.svc.cluster.local"];
    const istio = { folder: "charts", imagePullSecrets: ["pull"] };
    const { registrations, chartCalls } = await runProgram(
      () => gateway({ istio, hosts, replicas: 2 }),
      withIp,
    );
    expect(chartCall(chartCalls, "istio-eastwestgateway").options).toEqual({
      kube_version: expect.any(String),
      path: "./charts/gateway",
      namespace: "istio-system",
      release_name: "istio-eastwestgateway",
      values: gatewayValues({ network: "network1", imagePullSecrets: ["pull"], replicas: 2 }),
    });
    expect(find(registrations, EXPOSURE).inputs).toMatchObject({
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
    ["the load balancer's entry has neither IP nor host name", { ingress: [{}] }],
    ["the Service has no status", {}],
    ["the chart has no Service", { charts: { "istio-eastwestgateway": [] } }],
  ])("fails when %s, and says what to check", async (_, cluster: MockCluster) => {
    const { failures } = await runFailingProgram(() => gateway(), cluster);
    expect(failures).toEqual([
      expect.stringContaining(
        "Service istio-system/istio-eastwestgateway of gateway has no load balancer address; check that the cluster gives one",
      ),
    ]);
  });

  test("has an unknown address in a preview before the Service is there, and does not fail", async () => {
    const { result, registrations } = await runProgram(() => gateway(), { preview: true });
    expect(listOf(registrations)).toHaveLength(6);
    expect(await isKnown(result.address)).toBe(false);
    expect(await valueOf(result.address)).toBeUndefined();
  });

  test("has an unknown address in a preview while its load balancer has none, which is told, so that what it lacks can be changed", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const { result } = await runProgram(() => gateway(), { ingress: [], preview: true });
    expect(await isKnown(result.address)).toBe(false);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      "Service istio-system/istio-eastwestgateway of gateway has no load balancer address, for which pulumi up waits; " +
        "check that the cluster gives one to Services of type LoadBalancer; docs/runbooks/addresses.md",
    ]);
    warn.mockRestore();
  });

  test("has its address in a preview of changes to a gateway that is there", async () => {
    const { result } = await runProgram(() => gateway(), { ...withIp, preview: true });
    expect(await isKnown(result.address)).toBe(true);
    expect(await valueOf(result.address)).toBe("192.0.2.1");
  });
});
