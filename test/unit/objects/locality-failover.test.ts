import { describe, expect, test } from "vitest";
import { localityFailover, type LocalityFailoverSpec } from "../../../components";
import { objectsOf } from "../../support/objects";

interface DestinationRule {
  readonly spec: { readonly trafficPolicy: Record<string, unknown> };
}

describe("the failover of a host", () => {
  const ruleOf = (settings: LocalityFailoverSpec) =>
    objectsOf<DestinationRule>((chart) =>
      localityFailover(chart, {
        ...settings,
        name: "db",
        namespace: "shop",
        host: "db.shop.svc.cluster.local",
      }),
    );

  test("always has outlier detection, and prefers network, cluster, region and zone of the client", () => {
    expect(ruleOf({})).toEqual([
      {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "db", namespace: "shop" },
        spec: {
          host: "db.shop.svc.cluster.local",
          trafficPolicy: {
            outlierDetection: {
              consecutiveGatewayErrors: 3,
              consecutive5xxErrors: 5,
              interval: "5s",
              baseEjectionTime: "30s",
              maxEjectionPercent: 100,
            },
            loadBalancer: {
              localityLbSetting: {
                enabled: true,
                failoverPriority: [
                  "topology.istio.io/network",
                  "topology.istio.io/cluster",
                  "topology.kubernetes.io/region",
                  "topology.kubernetes.io/zone",
                ],
              },
            },
          },
        },
      },
    ]);
  });

  test.each([
    ["priority", { failoverPriority: ["topology.kubernetes.io/zone"] }],
    ["regions", { failover: [{ from: "a", to: "b" }] }],
    ["shares", { distribute: [{ from: "a/*", to: { "a/*": 100 } }] }],
  ] satisfies [string, LocalityFailoverSpec][])("takes other %s in place of the default", (_, settings) => {
    const [rule] = ruleOf(settings);
    expect(rule?.spec.trafficPolicy).toEqual({
      outlierDetection: expect.objectContaining({ maxEjectionPercent: 100 }),
      loadBalancer: { localityLbSetting: { enabled: true, ...settings } },
    });
  });

  test("takes each count and time of outlier detection", () => {
    const outlierDetection = {
      consecutiveGatewayErrors: 1,
      consecutive5xxErrors: 0,
      interval: "1s",
      baseEjectionTime: "2m",
      maxEjectionPercent: 50,
    };
    expect(ruleOf({ outlierDetection })[0]?.spec.trafficPolicy).toMatchObject({ outlierDetection });
  });

  test("is refused with settings that exclude each other, whoever calls", () => {
    const failover = [{ from: "a", to: "b" }];
    const distribute = [{ from: "a/*", to: { "a/*": 100 } }];
    expect(() => ruleOf({ failover, distribute })).toThrow("db.shop.svc.cluster.local sets failover and");
  });
});
