import { expect, test } from "vitest";
import { countedSince, endpointCounts } from "../../lab/support/endpoint-counts";

const CLUSTER = "outbound|5000||bar.sample.svc.cluster.local";

/** What Envoy tells of endpoints: requests and connections of each. */
const page = (counts: Record<string, readonly [requests: number, connections: number]>) =>
  [
    `${CLUSTER}::default_priority::max_connections::4294967295`,
    ...Object.entries(counts).flatMap(([address, [requests, connections]]) => [
      `${CLUSTER}::${address}::cx_active::1`,
      `${CLUSTER}::${address}::cx_total::${connections}`,
      `${CLUSTER}::${address}::rq_total::${requests}`,
    ]),
    "outbound|5000||foo.sample.svc.cluster.local::10.0.0.1:5000::rq_total::99",
  ].join("\n");
const counts = (of: Parameters<typeof page>[0]) => endpointCounts(page(of), CLUSTER);

test("a proxy's counts are those of the endpoints of the one service", () => {
  expect([...counts({ "192.0.2.1:15443": [3, 4] })]).toEqual([
    ["192.0.2.1:15443", { requests: 3, connections: 4 }],
  ]);
});

test("a load has only what was counted while it ran", () => {
  const before = counts({ "192.0.2.1:15443": [535, 860], "192.0.2.2:15443": [1, 1] });
  const now = counts({ "192.0.2.1:15443": [545, 865], "192.0.2.3:15443": [2, 2] });
  // Ten requests on five connections, which 325 failed handshakes of an earlier load would else make up for.
  expect(countedSince(before, now)).toEqual({ requests: 12, connections: 7 });
});

test("an endpoint that has come again counts from its return", () => {
  const [before, now] = [counts({ "192.0.2.1:15443": [100, 100] }), counts({ "192.0.2.1:15443": [7, 7] })];
  expect(countedSince(before, now)).toEqual({ requests: 7, connections: 7 });
});
