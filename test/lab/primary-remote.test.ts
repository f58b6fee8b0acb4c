import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { endpointAddresses, istiodPods } from "./support/istio";
import { leastPrivilegeScenario } from "./scenarios/least-privilege";
import { previewedSteps, Suite } from "./support/suite";

/** Nothing in the lab asks for a gateway's TLS credentials, and neither root nor revocations change. */
const UNUSED = [
  "create authorization.k8s.io/subjectaccessreviews",
  "update /configmaps",
  "update /configmaps",
];

/** A remote on a network of its own, built from nothing: its proxies live by the primary's istiod alone. */
describe("primary-remote on two networks", () => {
  const suite = new Suite({ ...defaultSpec("remote", 2), audit: true });

  beforeAll(async () => {
    await suite.start();
    await suite.configure({ clusters: suite.clusters({ cluster2: { controlPlanes: ["cluster1"] } }) });
    await suite.stack.up();
  });
  afterAll(suite.stop);

  test("requests cross in both directions, through the gateways", async () => {
    await suite.expectWorkingMesh();
  });

  test("one credential is enough: the remote's, in the primary", async () => {
    const { links, credentials } = await suite.stack.outputs();
    expect(links?.value).toEqual(["cluster1 -> cluster2"]);
    expect(credentials?.value).toBe(1);
  });

  test("no istiod runs in the remote, and its Service istiod leads to the primary's gateway", async () => {
    const outputs = await suite.stack.outputs();
    const { cluster1: gateway } = outputs["gatewayAddresses"]?.value as Record<string, string>;
    expect(istiodPods(suite, "cluster1")).toHaveLength(1);
    expect(istiodPods(suite, "cluster2")).toEqual([]);
    expect(endpointAddresses(suite, "cluster2", "istio-system", "istiod")).toEqual([gateway]);
  });

  test("the remote's API server gets pods injected by the primary's istiod", () => {
    const injected = suite.kubectl(
      "cluster2",
      "run",
      "probe",
      "-n",
      "sample",
      "--image=docker.io/curlimages/curl:8.16.0",
      "--dry-run=server",
      "-o",
      "jsonpath={.spec.initContainers[*].name} {.spec.containers[*].name}",
    );
    expect(injected.split(" ")).toContain("istio-proxy");
  });

  test("only the primary's gateway opens istiod's ports", () => {
    const ports = (cluster: string) =>
      suite
        .kubectl(
          cluster,
          "get",
          "service",
          "-n",
          "istio-system",
          "istio-eastwestgateway",
          "-o",
          "jsonpath={.spec.ports[*].port}",
        )
        .split(" ")
        .map(Number);
    expect(ports("cluster1")).toEqual([15021, 15443, 15012, 15017]);
    expect(ports("cluster2")).toEqual([15021, 15443]);
  });

  describe("least privilege", () => leastPrivilegeScenario(suite, UNUSED));

  test("a second preview is empty", async () => {
    const { changeSummary } = await suite.stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });

  test("a load balancer that moves is a new Service, whose address reaches the remote in the same up", async () => {
    const addressOf = async () =>
      ((await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>)["cluster1"];
    const before = await addressOf();
    const serviceAnnotations = { "metallb.io/address-pool": "other" };
    await suite.configure({
      clusters: suite.clusters({
        cluster1: { gateway: { serviceAnnotations } },
        cluster2: { controlPlanes: ["cluster1"] },
      }),
    });
    const service = "Service cluster1-gateway-chart:istio-system/istio-eastwestgateway";
    const steps = await previewedSteps(suite.stack);
    expect(steps["replace"]).toEqual([service]);
    expect(steps["delete-replaced"]).toEqual([service]);
    await suite.stack.up();
    const after = await addressOf();
    expect(after).not.toBe(before);
    expect(endpointAddresses(suite, "cluster2", "istio-system", "istiod")).toEqual([after]);
    await suite.expectWorkingMesh();
    expect(await previewedSteps(suite.stack)).toEqual({});
  });
});
