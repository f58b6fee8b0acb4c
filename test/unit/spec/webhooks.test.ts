import { describe, expect, test } from "vitest";
import {
  type ClusterSpec,
  type MeshSpec,
  type Platform,
  validateMesh,
  warningsOf,
} from "../../../components";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster } from "../../support/specs";

const NAME = "istiod.example.com";

/** cluster1, whose load balancers have host names, serves cluster2. */
const served = (remote: Partial<ClusterSpec>, primary: Partial<ClusterSpec> = {}): MeshSpec => ({
  clusters: [
    cluster(1, { platform: "eks", ...primary }),
    cluster(2, { controlPlanes: ["cluster1"], ...remote }),
  ],
});

/** cluster1 on eks runs the istiod of cluster2. */
const hosted = (config: Partial<ClusterSpec>): MeshSpec => ({
  clusters: [
    cluster(1, { platform: "eks" }),
    cluster(2, { externalControlPlane: { host: "cluster1" }, ...config }),
  ],
});

const publicEndpoint = { hostName: NAME, certificateSecret: "public" };

const rules: Record<string, RuleCase> = {
  "a remote on eks behind a host name": {
    bad: served({ platform: "eks" }),
    path: "clusters[1].controlPlanes[0]",
    message:
      "is reached by the host name of a load balancer of cluster1, but the API server of cluster2 on eks calls webhooks at " +
      "endpoints, which a host name has not, and then injects no pod (https://github.com/istio/istio/issues/45014); set " +
      "webhookHostName of cluster1 to a DNS name of yours that leads to that load balancer, or have the istiod run where " +
      "load balancers have IP addresses (gateway.addressType ip)",
    good: served({ platform: "eks" }, { webhookHostName: NAME }),
  },
  "a remote on gke behind a host name": {
    bad: served({ platform: "gke" }),
    path: "clusters[1].controlPlanes[0]",
    message: "the API server of cluster2 on gke calls webhooks at endpoints",
    good: served({ platform: "gke" }, { gateway: { addressType: "ip" } }),
  },
  "a remote whose own Helm values name no other way": {
    bad: served({ platform: "eks", istiod: { values: { istiodRemote: { injectionURL: "" } } } }),
    path: "clusters[1].controlPlanes[0]",
    message: "injects no pod",
    good: served({
      platform: "eks",
      istiod: { values: { istiodRemote: { injectionURL: `https://${NAME}` } } },
    }),
  },
  "a config cluster on eks behind a host's host name": {
    bad: hosted({ platform: "eks" }),
    path: "clusters[1].externalControlPlane",
    message: "set externalControlPlane.publicEndpoint of cluster2",
    good: hosted({ platform: "eks", externalControlPlane: { host: "cluster1", publicEndpoint } }),
  },
  "the name of a remote": {
    bad: served({ webhookHostName: NAME }, { platform: "aks" }),
    path: "clusters[1].webhookHostName",
    message: "has no effect: cluster2 runs no istiod; set it on its control plane cluster1",
    good: served({}, { platform: "aks", webhookHostName: NAME }),
  },
  "the name of a config cluster": {
    bad: hosted({ webhookHostName: NAME }),
    path: "clusters[1].webhookHostName",
    message: "has no effect: set externalControlPlane.publicEndpoint instead",
    good: hosted({ externalControlPlane: { host: "cluster1", publicEndpoint } }),
  },
  "the name of a host": {
    bad: {
      clusters: [
        cluster(1, { webhookHostName: NAME }),
        cluster(2, { externalControlPlane: { host: "cluster1" } }),
      ],
    },
    path: "clusters[0].webhookHostName",
    message: "has no effect: cluster1 runs the istiod of cluster2",
    good: { clusters: [cluster(1), cluster(2, { externalControlPlane: { host: "cluster1" } })] },
  },
  "an address in place of the name": {
    bad: served({}, { platform: "aks", webhookHostName: "192.0.2.1" }),
    path: "clusters[0].webhookHostName",
    message: '"192.0.2.1" is no DNS name that a certificate can have; use one such as istiod.example.com',
    good: served({}, { platform: "aks", webhookHostName: "gw.elb.eu-central-1.amazonaws.com" }),
  },
};

describe("validateMesh reports", () => testRules(rules));

describe("warningsOf", () => {
  // A mesh that runs where API servers call webhooks at cluster addresses is not to be stopped by an upgrade.
  test.each<Platform | undefined>([undefined, "aks", "openshift", "on-premises", "kind"])(
    "tells of a remote on %s behind a host name, which may work",
    (platform) => {
      const spec = served({ platform, ...(platform === "openshift" ? { istioCni: true } : {}) });
      expect(validateMesh(spec)).toEqual([]);
      expect(warningsOf(spec)).toEqual([
        {
          path: "clusters[1].controlPlanes[0]",
          message: expect.stringMatching(
            /^is reached by the host name .* may call webhooks at endpoints.* webhookHostName/,
          ),
        },
      ]);
      expect(warningsOf(served({ platform }, { webhookHostName: NAME }))).toEqual([]);
    },
  );

  test("tells of a config cluster and its remotes behind a host's host name", () => {
    const { clusters } = hosted({});
    const spec = { clusters: [...clusters, cluster(3, { controlPlanes: ["cluster2"] })] };
    expect(warningsOf(spec).map(({ path }) => path)).toEqual([
      "clusters[1].externalControlPlane",
      "clusters[2].controlPlanes[0]",
    ]);
  });

  test.each(["eks", "gke"] as const)("says nothing of what is refused on %s", (platform) => {
    expect(warningsOf(served({ platform }))).toEqual([]);
  });
});
