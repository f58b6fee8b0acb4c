import { describe, expect, test } from "vitest";
import { asInstalled } from "../../../../ops/take-over/installed";

describe("an object as its installer declared it", () => {
  test("has the live values of what the program declares, and none of the server's defaults", () => {
    const live = { spec: { clusterIP: "10.0.0.1", type: "ClusterIP", selector: { app: "old" } }, status: {} };
    expect(asInstalled(live, { spec: { selector: { app: "new" } } })).toEqual({
      spec: { selector: { app: "old" } },
    });
  });

  test("has what the installer said and the program does not, so that it is seen to go", () => {
    const live = {
      metadata: { labels: { release: "istio", "kubernetes.io/metadata.name": "x", other: "y" } },
    };
    const said = {
      "f:metadata": { "f:labels": { "f:release": {}, "f:kubernetes.io/metadata.name": {} } },
    };
    expect(asInstalled(live, { metadata: { labels: {} } }, said)).toEqual({
      metadata: { labels: { release: "istio" } },
    });
  });

  test("has the entries of lists by their keys, whatever their order is", () => {
    const live = {
      ports: [
        { name: "tls", port: 15443, protocol: "TCP", nodePort: 30001 },
        { name: "tls-istiod", port: 15012, protocol: "TCP", nodePort: 30002 },
      ],
    };
    const said = {
      "f:ports": {
        'k:{"port":15443,"protocol":"TCP"}': { ".": {}, "f:name": {}, "f:port": {} },
        'k:{"port":15012,"protocol":"TCP"}': { ".": {}, "f:name": {}, "f:port": {} },
      },
    };
    expect(asInstalled(live, { ports: [{ name: "tls", port: 15443 }] }, said)).toEqual({
      ports: [
        { name: "tls", port: 15443 },
        { name: "tls-istiod", port: 15012 },
      ],
    });
  });

  test("has the entries of lists that nobody keys by their names", () => {
    const live = { webhooks: [{ name: "a", timeoutSeconds: 10, failurePolicy: "Ignore" }, { name: "b" }] };
    const declared = { webhooks: [{ name: "a", failurePolicy: "Fail" }] };
    expect(asInstalled(live, declared)).toEqual({
      webhooks: [{ name: "a", failurePolicy: "Ignore" }, { name: "b" }],
    });
  });
});
