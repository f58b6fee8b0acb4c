import { describe, expect, test } from "vitest";
import { type ClusterSpec, validateMesh } from "../../../components";
import type { PublicEndpointSpec } from "../../../components/spec/types";
import { HOSTED, hostedMesh } from "../../support/hosted";
import type { RuleCase } from "../../support/rules";
import { cluster } from "../../support/specs";

const endpoint = (changes: Partial<PublicEndpointSpec>) =>
  hostedMesh({
    config: {
      externalControlPlane: {
        host: "cluster1",
        publicEndpoint: { hostName: "istiod.example.com", ...changes },
      },
    },
  });
const external = (host: string) => hostedMesh({ config: { externalControlPlane: { host } } });

const SERVICE = { name: "web", namespace: "shop", ports: [{ name: "http", port: 80 }] };

const rows: Record<string, RuleCase> = {
  "a host that does not exist": {
    bad: external("cluster9"),
    path: "clusters[1].externalControlPlane.host",
    message: '"cluster9" is not a cluster of this mesh',
    good: external("cluster1"),
  },
  "a cluster as its own host": {
    bad: external("cluster2"),
    path: "clusters[1].externalControlPlane.host",
    message: "is cluster2 itself; leave externalControlPlane out",
    good: external("cluster1"),
  },
  "a host of two config clusters": {
    bad: hostedMesh({ remote: { controlPlanes: [], ...HOSTED } }),
    path: "clusters[2].externalControlPlane.host",
    message: "cluster1 already runs the istiod of cluster2; give each config cluster a host of its own",
    good: hostedMesh(),
  },
  "a remote with an external control plane": {
    bad: hostedMesh({ config: { controlPlanes: ["cluster3"] }, remote: { controlPlanes: [] } }),
    path: "clusters[1].externalControlPlane",
    message: "excludes controlPlanes: cluster2 has one istiod; remove one of them",
    good: hostedMesh({ config: { controlPlanes: [] }, remote: { controlPlanes: [] } }),
  },
  "a remote as host": {
    bad: hostedMesh({ host: { controlPlanes: ["cluster3"] }, remote: { controlPlanes: [] } }),
    path: "clusters[0].controlPlanes",
    message: "cluster1 only runs the istiod of cluster2; remove controlPlanes",
    good: hostedMesh({ remote: { controlPlanes: [] } }),
  },
  "a config cluster as host": {
    bad: hostedMesh({
      host: { externalControlPlane: { host: "cluster3" } },
      remote: { controlPlanes: [] },
    }),
    path: "clusters[0].externalControlPlane",
    message: "host cluster2 elsewhere",
    good: hostedMesh({ remote: { controlPlanes: [] } }),
  },
  "a host as a remote's control plane": {
    bad: hostedMesh({ remote: { controlPlanes: ["cluster1"] } }),
    path: "clusters[2].controlPlanes[0]",
    message: "cluster1 only runs the istiod of cluster2; name cluster2 instead",
    good: hostedMesh({ remote: { controlPlanes: ["cluster2"] } }),
  },
  "settings of istiod on the host": {
    bad: hostedMesh({ host: { istiod: { replicas: 2 } } }),
    path: "clusters[0].istiod",
    message: "has no effect: cluster1 only runs the istiod of cluster2, which takes its settings from there",
    good: hostedMesh({ config: { istiod: { replicas: 2 } } }),
  },
  "a base chart's settings on the host": {
    bad: hostedMesh({ host: { base: { values: {} } } }),
    path: "clusters[0].base",
    message: "set them on cluster2",
    good: hostedMesh({ config: { base: { values: {} } } }),
  },
  "an Istio of the host's own": {
    bad: hostedMesh({ host: { istio: { version: "1.30.4" } } }),
    path: "clusters[0].istio",
    message: "set them on cluster2",
    good: hostedMesh({ config: { istio: { version: "1.31.0" } } }),
  },
  "a gateway in the host": {
    bad: hostedMesh({ host: { gateway: { enabled: true } } }),
    path: "clusters[0].gateway.enabled",
    message: "has no service of the mesh to lead to; remove it",
    good: hostedMesh({ host: { gateway: { addressType: "hostname" } } }),
  },
  "a link to the host": {
    bad: hostedMesh({}, { links: [{ observer: "cluster2", observed: "cluster1" }] }),
    path: "links[0].observed",
    message: "cluster1 only runs the istiod of cluster2 and is no member of the mesh",
    good: hostedMesh({}, { links: [{ observer: "cluster2", observed: "cluster3" }] }),
  },
  "the host as hub": {
    bad: hostedMesh({}, { hubs: ["cluster1"] }),
    path: "hubs[0]",
    message: "is no member of the mesh; name cluster2 instead",
    good: hostedMesh({}, { hubs: ["cluster2"] }),
  },
  "the host in a group": {
    bad: hostedMesh({}, { groups: [["cluster2", "cluster1"]] }),
    path: "groups[0][1]",
    message: "is no member of the mesh",
    good: hostedMesh({}, { groups: [["cluster2", "cluster3"]] }),
  },
  "a service in the host": {
    bad: hostedMesh({}, { services: [{ ...SERVICE, clusters: ["cluster1"] }] }),
    path: "services[0].clusters[0]",
    message: "is no member of the mesh",
    good: hostedMesh({}, { services: [{ ...SERVICE, clusters: ["cluster2"] }] }),
  },
  "helloworld in the host": {
    bad: hostedMesh({}, { sampleApps: { helloworld: { cluster1: ["v1"] } } }),
    path: "sampleApps.helloworld.cluster1",
    message: "is no member of the mesh",
    good: hostedMesh({}, { sampleApps: { helloworld: { cluster1: [], cluster2: ["v1"] } } }),
  },
  "a client in the host": {
    bad: hostedMesh({}, { sampleApps: { helloworld: {}, clients: ["cluster1"] } }),
    path: "sampleApps.clients[0]",
    message: "is no member of the mesh",
    good: hostedMesh({}, { sampleApps: { helloworld: {}, clients: ["cluster2"] } }),
  },
  "an IP as public name": {
    bad: endpoint({ hostName: "192.0.2.1", certificateSecret: "public" }),
    path: "clusters[1].externalControlPlane.publicEndpoint.hostName",
    message: '"192.0.2.1" is no DNS name that a certificate can be issued for',
    good: endpoint({ certificateSecret: "public" }),
  },
  "a public name without a certificate": {
    bad: endpoint({}),
    path: "clusters[1].externalControlPlane.publicEndpoint",
    message: "set certificateSecret alone, or certificate and privateKeyConfig together",
    good: endpoint({ certificate: "PEM", privateKeyConfig: "istiodKey" }),
  },
  "a certificate without its key": {
    bad: endpoint({ certificate: "PEM" }),
    path: "clusters[1].externalControlPlane.publicEndpoint",
    message: "certificate and privateKeyConfig together",
    good: endpoint({ certificate: "PEM", privateKeyConfig: "istiodKey" }),
  },
  "two certificates": {
    bad: endpoint({ certificate: "PEM", privateKeyConfig: "istiodKey", certificateSecret: "public" }),
    path: "clusters[1].externalControlPlane.publicEndpoint",
    message: "set certificateSecret alone",
    good: endpoint({ certificateSecret: "public" }),
  },
};

describe("an external control plane is refused with", () => {
  test("a cluster as its own host, whatever else it is to host, and in any order", () => {
    const own = cluster(1, { externalControlPlane: { host: "cluster1" } });
    const other = cluster(2, { externalControlPlane: { host: "cluster1" } });
    const problems = (clusters: ClusterSpec[]) => validateMesh({ clusters }).map(({ message }) => message);
    expect(problems([own, other])).toHaveLength(problems([other, own]).length);
    expect(problems([other, own]).join()).toContain("is cluster1 itself");
    expect([...problems([own, other]), ...problems([other, own])].join()).not.toContain("already runs");
  });

  test.each(Object.entries(rows))("%s", (_, { bad, path, message, good }) => {
    expect(validateMesh(bad)).toContainEqual({ path, message: expect.stringContaining(message) });
    expect(validateMesh(good)).toEqual([]);
  });

  test("no gateway needed for its remotes", () => {
    const oneNetwork = { network: "network2", gateway: { enabled: false } };
    expect(validateMesh(hostedMesh({ config: { gateway: { enabled: false } }, remote: oneNetwork }))).toEqual(
      [],
    );
  });
});
