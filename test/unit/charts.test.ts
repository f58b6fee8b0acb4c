import { App, Chart } from "cdk8s";
import { describe, expect, test } from "vitest";
import { exposeServices } from "../../components/charts/exposure";
import { meshWideMtls } from "../../components/charts/mesh-policy";

function synthesize(build: (chart: Chart) => void): unknown[] {
  const chart = new Chart(new App(), "chart", { disableResourceNameHashes: true });
  build(chart);
  return chart.toJson() as unknown[];
}

describe("the exposure of services", () => {
  const objects = (hosts: string[]) => synthesize((chart) => exposeServices(chart, hosts));

  test("is one Gateway that passes TLS through by SNI on 15443 of the east-west gateway", () => {
    expect(objects(["*.local"])).toEqual([
      {
        apiVersion: "networking.istio.io/v1",
        kind: "Gateway",
        metadata: { name: "cross-network-gateway", namespace: "istio-system" },
        spec: {
          selector: { istio: "eastwestgateway" },
          servers: [
            {
              port: { number: 15443, name: "tls", protocol: "TLS" },
              tls: { mode: "AUTO_PASSTHROUGH" },
              hosts: ["*.local"],
            },
          ],
        },
      },
    ]);
  });

  test("is for the given hosts", () => {
    const hosts = ["*.a.svc.cluster.local", "*.b.svc.cluster.local"];
    expect(objects(hosts)).toMatchObject([{ spec: { servers: [{ hosts }] } }]);
  });
});

test.each(["STRICT", "PERMISSIVE"] as const)("the mesh policy is one PeerAuthentication with %s", (mode) => {
  expect(synthesize((chart) => meshWideMtls(chart, mode))).toEqual([
    {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode } },
    },
  ]);
});
