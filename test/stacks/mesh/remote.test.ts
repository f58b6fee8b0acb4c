import { beforeAll, describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../components";
import { find, istiodCall, outsideProvider } from "../../support/components";
import { deploy, type Deployed } from "../../support/deploy";
import type { MockCluster, Registration } from "../../support/mocks";
import { cluster } from "../../support/specs";

/** cluster2 is a remote of cluster1, each on its own network; both run the client. */
const SPEC: MeshSpec = {
  clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })],
  sampleApps: { helloworld: {} },
};

describe("a remote", () => {
  let deployed: Deployed;

  beforeAll(async () => {
    deployed = await deploy(SPEC);
  });

  const waitsFor = (name: string, part: string, typeEnd = "") =>
    find(deployed.registrations, name, typeEnd).dependsOn.filter((dependency) => dependency.includes(part));

  test("has no CA, no istiod and no observer's credential of its own", () => {
    const names = deployed.registrations.map(({ name }) => name);
    expect(names).toContain("cluster1-ca");
    expect(names.filter((name) => name.startsWith("cluster2-ca") || name === "cluster2-cacerts")).toEqual([]);
    expect(names.filter((name) => name.includes(".observes."))).toEqual([
      "cluster1.observes.cluster2",
      "cluster1.observes.cluster2-secret",
    ]);
  });

  test("comes once the primary's gateway has an address, which its Service istiod gets", () => {
    const slice = find(deployed.registrations, "cluster2-istiod:istio-system/istiod", "EndpointSlice");
    expect(slice.inputs["endpoints"]).toEqual([{ addresses: ["192.0.2.1"] }]);
    expect(waitsFor("cluster2", "Service cluster1-gateway-chart", "ClusterRemote")).toHaveLength(1);
  });

  test("is observed before it has a gateway, since its gateway's proxy comes from the observer", () => {
    expect(waitsFor("cluster1.observes.cluster2-secret", "cluster2-gateway")).toEqual([]);
    expect(waitsFor("cluster2-gateway", "cluster1.observes.cluster2-secret")).toHaveLength(1);
    expect(waitsFor("cluster2-sample-apps", "cluster1.observes.cluster2-secret")).toHaveLength(1);
  });

  test("has a gateway whose exposure is configured in the primary alone", () => {
    const gateways = deployed.registrations.filter(({ type }) => type.endsWith(":Gateway"));
    expect(gateways.map(({ name, provider }) => [provider, name])).toEqual([
      ["cluster1", "cluster1-gateway:istio-system/cross-network-gateway"],
      ["cluster1", "cluster1-gateway:istio-system/istiod-gateway"],
    ]);
  });

  test("is built under its own provider", () => {
    const own = deployed.registrations.filter(
      ({ parent }) => parent === "cluster2" || parent?.startsWith("cluster2-"),
    );
    expect(own.length).toBeGreaterThan(8);
    expect(outsideProvider(own, "cluster2")).toEqual([]);
  });

  test("makes its primary ready for others' proxies", () => {
    const { values } = istiodCall(deployed.chartCalls, "cluster1").options;
    expect(values).toMatchObject({ global: { externalIstiod: true } });
  });

  test("behind a host name is injected by the name for webhooks, and its proxies go on by the load balancer's", async () => {
    const lb: MockCluster = { ingress: [{ hostname: "lb.example" }] };
    const spec = (webhookHostName?: string): MeshSpec => ({
      clusters: [
        cluster(1, { gateway: { addressType: "hostname" }, webhookHostName }),
        cluster(2, { controlPlanes: ["cluster1"] }),
      ],
    });
    const { registrations, chartCalls } = await deploy(spec("istiod.example.com"), lb);
    expect(istiodCall(chartCalls, "cluster1").options["values"]).toMatchObject({
      env: { ISTIOD_CUSTOM_HOST: "istiod.example.com" },
    });
    expect(istiodCall(chartCalls, "cluster2", "remote").options["values"]).toMatchObject({
      istiodRemote: { injectionURL: "https://istiod.example.com:15017/inject/cluster/cluster2/net/network2" },
      base: { validationURL: "https://istiod.example.com:15017/validate" },
    });
    expect(find(registrations, "cluster2-base").inputs["values"]).toMatchObject({
      base: { validationURL: "https://istiod.example.com:15017/validate" },
    });
    // Nothing that a remote without the name has is made anew.
    const before = await deploy(spec(), lb);
    expect(registrations.map(({ urn }) => urn)).toEqual(before.registrations.map(({ urn }) => urn));
    const service = (all: Registration[]) => find(all, "cluster2-istiod:istio-system/istiod", ":Service");
    expect(service(registrations)).toEqual(service(before.registrations));
    expect(service(registrations).inputs["spec"]).toMatchObject({ externalName: "lb.example" });
  });

  test("of two control planes is observed by both and uses the first one's address", async () => {
    const { registrations } = await deploy({
      clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster3", "cluster1"] }), cluster(3)],
    });
    const links = registrations.filter(({ name }) => name.endsWith("observes.cluster2"));
    expect(links.map(({ name }) => name)).toEqual([
      "cluster1.observes.cluster2",
      "cluster3.observes.cluster2",
    ]);
    const dependsOn = find(registrations, "cluster2-istiod:istio-system/istiod", "EndpointSlice").dependsOn;
    expect(dependsOn.filter((name) => name.startsWith("Service cluster1-gateway"))).toEqual([]);
    expect(dependsOn.filter((name) => name.startsWith("Service cluster3-gateway"))).toHaveLength(1);
  });
});
