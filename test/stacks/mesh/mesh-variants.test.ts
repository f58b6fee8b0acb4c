import { describe, expect, test } from "vitest";
import { clusterProviders, componentsOf, find } from "../../support/components";
import { deploy } from "../../support/deploy";
import type { Registration } from "../../support/mocks";
import { cluster, links, mesh } from "../../support/specs";

const linksOf = (registrations: Registration[]) =>
  componentsOf(registrations).flatMap((text) =>
    text.startsWith("RemoteSecretLink ") ? [text.split(" ")[1]] : [],
  );

describe("a mesh", () => {
  test("with listed links has those links, and gateways only where they lead", async () => {
    const { registrations } = await deploy(mesh(3, { links: links("cluster1>cluster2 cluster3>cluster2") }));
    expect(linksOf(registrations)).toEqual(["cluster1.observes.cluster2", "cluster3.observes.cluster2"]);
    expect(componentsOf(registrations).filter((text) => text.startsWith("EastWestGateway"))).toEqual([
      "EastWestGateway cluster2-gateway",
    ]);
  });

  test("on one network links without a gateway", async () => {
    const { result, registrations } = await deploy({
      clusters: [cluster(1), cluster(2, { network: "network1" })],
    });
    expect(linksOf(registrations)).toHaveLength(2);
    expect(result.gatewayAddresses).toEqual({});
  });

  test("links to a cluster without a gateway once another one of its network has its address", async () => {
    const clusters = [
      cluster(1),
      cluster(2, { gateway: { enabled: false } }),
      cluster(3, { network: "network2" }),
    ];
    const { registrations } = await deploy({ clusters });
    expect(componentsOf(registrations).filter((text) => text.startsWith("EastWestGateway "))).toEqual([
      "EastWestGateway cluster1-gateway",
      "EastWestGateway cluster3-gateway",
    ]);
    expect(find(registrations, "cluster1.observes.cluster2-secret").dependsOn).toContain(
      "Service cluster3-gateway-chart:istio-system/istio-eastwestgateway",
    );
  });

  test("of one cluster is a primary without gateway, link or sample application", async () => {
    const { registrations } = await deploy(mesh(1));
    expect(componentsOf(registrations)).toEqual([
      "ClusterPrimary cluster1",
      "HelmChart cluster1-istiod",
      "IntermediateCA cluster1-ca",
      "RootCA root-ca",
    ]);
  });

  test("leaves a cluster alone that is unreachable and may be skipped, and only that one", async () => {
    const { registrations } = await deploy({
      clusters: [cluster(1, { whenUnreachable: "skip" }), cluster(2)],
    });
    const skips = clusterProviders(registrations).map(({ inputs }) => inputs["skipUpdateUnreachable"]);
    expect(skips).toEqual(["true", "false"]);
  });

  test("forgets a cluster that is gone, and only that one", async () => {
    const { registrations } = await deploy({
      clusters: [cluster(1, { whenUnreachable: "forget" }), cluster(2)],
    });
    const providers = clusterProviders(registrations);
    expect(providers.map(({ inputs }) => inputs["deleteUnreachable"])).toEqual(["true", undefined]);
    expect(providers.map(({ inputs }) => inputs["skipUpdateUnreachable"])).toEqual(["true", "false"]);
    const kept = registrations.filter(({ retainOnDelete }) => retainOnDelete).map(({ name }) => name);
    expect(kept).toEqual(["cluster1-base"]);
  });

  test("whose cluster names look like other resources' names gives each resource a URN of its own", async () => {
    const names = ["root", "cluster1", "cluster1-ca", "cluster1-gateway", "cluster1-reader"];
    const clusters = names.map((name, index) => ({ name, network: `network${index}` }));
    const { registrations } = await deploy({ clusters });
    const urns = registrations.map(({ urn }) => urn);
    expect(urns.filter((urn, index) => urns.indexOf(urn) < index)).toEqual([]);
  });

  test("need not protect its root", async () => {
    const { registrations } = await deploy(mesh(1, { ca: { protectRoot: false } }));
    expect(registrations.filter(({ protect }) => protect)).toEqual([]);
  });
});
