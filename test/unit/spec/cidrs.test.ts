import { describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, planMesh, validateMesh } from "../../../components";
import { cluster } from "../../support/specs";

type Changes = Partial<ClusterSpec>;

/** Two clusters of one network. */
const near = (first: Changes, second: Changes): MeshSpec => ({
  clusters: [cluster(1, { network: "n", ...first }), cluster(2, { network: "n", ...second })],
});
/** Two clusters of different networks. */
const far = (first: Changes, second: Changes): MeshSpec => ({
  clusters: [cluster(1, first), cluster(2, second)],
});
const pods = (...podCidrs: string[]) => ({ podCidrs });
const services = (...serviceCidrs: string[]) => ({ serviceCidrs });

const MEND_NETWORK = "correct one of them, or give the clusters different networks, joined by gateways";

describe("address ranges are refused:", () => {
  test.each([
    [
      "pods of two clusters of a network",
      near(pods("10.0.0.0/16"), pods("10.1.0.0/16", "10.0.128.0/24")),
      "clusters[1].podCidrs[1]",
      `10.0.128.0/24 of cluster2 overlaps the pod range 10.0.0.0/16 of cluster1 on the same network; ${MEND_NETWORK}`,
      far(pods("10.0.0.0/16"), pods("10.1.0.0/16", "10.0.128.0/24")),
    ],
    [
      "Services of two clusters of a network, the wider range second",
      near(services("10.96.4.0/24"), services("10.96.0.0/12")),
      "clusters[1].serviceCidrs[0]",
      `10.96.0.0/12 of cluster2 overlaps the Service range 10.96.4.0/24 of cluster1 on the same network; ${MEND_NETWORK}`,
      near(services("10.96.4.0/24"), services("10.112.0.0/12")),
    ],
    [
      "pods and Services of one cluster",
      far({}, { podCidrs: ["10.96.0.0/16"], serviceCidrs: ["10.96.0.0/12"] }),
      "clusters[1].serviceCidrs[0]",
      "10.96.0.0/12 of cluster2 overlaps the pod range 10.96.0.0/16 of the same cluster; correct one of them",
      far({}, { podCidrs: ["10.95.0.0/16"], serviceCidrs: ["10.96.0.0/12"] }),
    ],
    [
      "IPv6 ranges",
      near(pods("fd00:1::/48"), pods("fd00:1:0:5::/64")),
      "clusters[1].podCidrs[0]",
      "fd00:1:0:5::/64 of cluster2 overlaps the pod range fd00:1::/48",
      near(pods("fd00:1::/48"), pods("fd00:2::/48")),
    ],
    [
      "what is no range",
      near(pods("10.0.0.0"), pods("10.0.0.0/8")),
      "clusters[0].podCidrs[0]",
      '"10.0.0.0" is not a CIDR',
      near(pods("10.0.0.0/16"), pods("10.1.0.0/16")),
    ],
    [
      "a prefix that is too long",
      near(services("fd00::/129"), {}),
      "clusters[0].serviceCidrs[0]",
      '"fd00::/129" is not a CIDR',
      near(services("fd00::/128"), {}),
    ],
  ])("%s", (_, bad, path, message, good) => {
    expect(validateMesh(bad)).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(validateMesh(good)).toEqual([]);
    expect(() => planMesh(good)).not.toThrow();
  });
});

test("pods of one cluster may have the addresses that Services of another have, which never leave it", () => {
  expect(validateMesh(near(pods("10.0.0.0/16"), services("10.0.0.0/16")))).toEqual([]);
});

test("IPv4 and IPv6 ranges never overlap", () => {
  expect(validateMesh(near(pods("0.0.0.0/0"), pods("::/0")))).toEqual([]);
});
