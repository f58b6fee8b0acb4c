import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClusterSpec } from "../../lab";
import { importByNameScenario } from "./scenarios/imports-by-name";
import { apply, type KubernetesObject } from "../lab/support/apply";
import { proxyEndpoints } from "../lab/support/istio";
import { clientExec } from "../lab/support/pods";
import { previewedSteps, Suite } from "../lab/support/suite";
import { until } from "../lab/support/until";

/** As on AWS, where an address is a host name and there some time after its Service. */
const loadBalancer: ClusterSpec["loadBalancer"] = { hostNames: true, delaySeconds: 3 };

const GATEWAY = "istio=eastwestgateway";
const GATEWAYS = { addressType: "hostname", minReplicas: 2 };
const SETTINGS = { gateway: GATEWAYS, istiod: { replicas: 2 }, dnsCapture: true };

/** Clusters as clouds make them: several nodes, and load balancers that come late and under a host name. */
describe("clusters whose load balancers have host names", () => {
  const suite = new Suite({
    name: "clouds",
    clusters: [
      { name: "cluster1", network: "network1", nodes: 2, loadBalancer },
      { name: "cluster2", network: "network2", ranges: 1, loadBalancer },
    ],
  });

  beforeAll(async () => {
    await suite.start();
    await suite.configure(SETTINGS);
    await suite.stack.up();
  });
  afterAll(suite.stop);

  test("form a mesh through them", async () => {
    await suite.expectWorkingMesh();
    for (const cluster of ["cluster1", "cluster2"]) {
      const gateways = (await proxyEndpoints(suite, cluster)).filter((address) => address.endsWith(":15443"));
      expect(gateways, cluster).toEqual([expect.stringMatching(/^198\.1[89]\./)]);
    }
  });

  test("run two istiods and two gateways on two nodes", async () => {
    const path = 'jsonpath={range .items[*]}{.spec.nodeName}{"\\n"}{end}';
    const nodesOf = (selector: string) =>
      suite
        .kubectl("cluster1", "get", "pods", "-n", "istio-system", "-l", selector, "-o", path)
        .trim()
        .split("\n")
        .sort();
    // An autoscaler starts the second gateway, some time after the Deployment with its one replica counts as ready.
    for (const selector of ["app=istiod", GATEWAY]) {
      await until(`two pods of ${selector}`, () => Promise.resolve(nodesOf(selector).length === 2));
      expect(nodesOf(selector), selector).toEqual(["cluster1-node1", "cluster1-node2"]);
    }
  });

  test("know each other's Services by name where proxies answer for DNS", async () => {
    const ask = () =>
      clientExec(suite, "cluster1", "curl", [
        "curl",
        "-sS",
        "-m",
        "5",
        "http://only-there.sample:5000/hello",
      ]);
    await expect(ask()).rejects.toThrow();
    apply(suite, "cluster2", [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "only-there", namespace: "sample" },
        spec: { selector: { app: "helloworld" }, ports: [{ name: "http", port: 5000 }] },
      },
    ]);
    await until("an answer", async () => (await ask().catch(() => "")).startsWith("Hello version: v2"));
    suite.kubectl("cluster2", "delete", "service", "-n", "sample", "only-there");
  });

  test("have nothing to change afterwards", async () => {
    expect(await previewedSteps(suite.stack)).toEqual({});
  });

  test("keep the count of gateways that an autoscaler has set, while their Deployment changes", async () => {
    const resources = { requests: { cpu: "20m" } };
    await suite.configure({ ...SETTINGS, gateway: { ...GATEWAYS, resources } });
    await suite.stack.up();
    const path = "jsonpath={.spec.replicas} {.spec.template.spec.containers[0].resources.requests.cpu}";
    const deployment = ["get", "deployment", "-n", "istio-system", "istio-eastwestgateway", "-o", path];
    expect(suite.kubectl("cluster1", ...deployment)).toBe("2 20m");
    expect(await previewedSteps(suite.stack)).toEqual({});
  });

  test("have their webhook back from AKS's admissions enforcer once they are known to be there", async () => {
    const webhook = ["mutatingwebhookconfiguration", "istio-sidecar-injector"];
    const path = "jsonpath={.webhooks[*].namespaceSelector}";
    const selectors = () => suite.kubectl("cluster1", "get", ...webhook, "-o", path);
    const ours = selectors();
    const enforced = { key: "control-plane", operator: "DoesNotExist" };
    const patch = [{ op: "add", path: "/webhooks/0/namespaceSelector/matchExpressions/-", value: enforced }];
    const asEnforcer = ["--field-manager=admissionsenforcer", "--type=json", "-p", JSON.stringify(patch)];
    suite.kubectl("cluster1", "patch", ...webhook, ...asEnforcer);
    const values = { sidecarInjectorWebhookAnnotations: { "example.com/changed": "true" } };
    const istiod = { ...SETTINGS.istiod, values };
    await suite.configure({ ...SETTINGS, istiod });
    await expect(previewedSteps(suite.stack)).rejects.toThrow(/conflict/);
    await suite.configure({
      ...SETTINGS,
      istiod,
      clusters: suite.clusters({ cluster1: { platform: "aks" } }),
    });
    await suite.stack.up();
    expect(selectors()).toBe(ours);
    expect(await previewedSteps(suite.stack)).toEqual({});
  });

  describe("and a remote whose API server calls webhooks at endpoints", () => {
    const run = [
      "run",
      "probe",
      "-n",
      "sample",
      "--image=docker.io/curlimages/curl:8.16.0",
      "--dry-run=server",
    ];

    const withRemote = async () => {
      const { gatewayAddresses } = await suite.stack.outputs();
      // Of the names that lead to the load balancer its own will do.
      const { cluster1: webhookHostName } = gatewayAddresses?.value as Record<string, string>;
      return {
        ...SETTINGS,
        clusters: suite.clusters({
          cluster1: { webhookHostName },
          cluster3: { controlPlanes: ["cluster1"] },
        }),
        sampleApps: { helloworld: { cluster2: ["v2"], cluster3: ["v1"] } },
      };
    };

    test("form a mesh, with a name for the webhooks of its control plane", async () => {
      const remote = { name: "cluster3", network: "network3", aggregatorRouting: true, loadBalancer };
      await suite.addCluster(remote);
      await suite.configure(await withRemote());
      await suite.stack.up();
      await suite.expectWorkingMesh();
      const injected = suite.kubectl("cluster3", ...run, "-o", "jsonpath={.spec.initContainers[*].name}");
      expect(injected.split(" ")).toContain("istio-proxy");
    });

    test("could not, through its Service istiod, which is a host name only", () => {
      const path = "{.webhooks[0].clientConfig.caBundle}";
      const name = "istio-sidecar-injector";
      const caBundle = suite.kubectl(
        "cluster3",
        "get",
        "mutatingwebhookconfiguration",
        name,
        "-o",
        `jsonpath=${path}`,
      );
      apply(suite, "cluster3", [serviceWebhook(caBundle)]);
      try {
        expect(() => suite.kubectl("cluster3", ...run)).toThrow(/unsupported service type "ExternalName"/);
      } finally {
        suite.kubectl("cluster3", "delete", "mutatingwebhookconfiguration", SERVICE_WEBHOOK);
      }
    });

    describe("and import by these names", () => importByNameScenario(suite, withRemote));

    test("have nothing to change afterwards", async () => {
      expect(await previewedSteps(suite.stack)).toEqual({});
    });
  });
});

const SERVICE_WEBHOOK = "by-service";

/** A webhook as a remote has it that knows no name for its control plane. */
function serviceWebhook(caBundle: string): KubernetesObject {
  const webhook = {
    name: "by-service.istio.io",
    clientConfig: { caBundle, service: { name: "istiod", namespace: "istio-system", path: "/inject" } },
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "sample" } },
    failurePolicy: "Fail",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
  };
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: SERVICE_WEBHOOK },
    webhooks: [webhook],
  };
}
