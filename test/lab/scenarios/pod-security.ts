import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { mergeValues } from "../../../components/spec/settings";
import type { Suite } from "../support/suite";

const WORKLOADS = ["curl", "helloworld-v1"];
const RESTRICTED = "restricted";

/** The API server's own admission judges pods by pod security "restricted", without and with a sidecar. */
export function podSecurityScenario(suite: Suite): void {
  test('the pod templates meet pod security "restricted"', () => {
    suite.kubectl("cluster1", "create", "namespace", RESTRICTED);
    suite.kubectl(
      "cluster1",
      "label",
      "namespace",
      RESTRICTED,
      "pod-security.kubernetes.io/enforce=restricted",
    );
    for (const workload of WORKLOADS)
      expect(() => admit(suite, podOf(templateOf(suite, workload)))).not.toThrow();
  });

  test("with Istio's CNI plugin on, the injected pods do too; without it they do not", () => {
    for (const workload of WORKLOADS) {
      const plain = templateOf(suite, workload);
      expect(() => admit(suite, podOf(injected(suite, plain, { cni: true })))).not.toThrow();
      expect(() => admit(suite, podOf(injected(suite, plain, { cni: false })))).toThrow(
        /violates PodSecurity/,
      );
    }
    suite.kubectl("cluster1", "delete", "namespace", RESTRICTED);
  });
}

interface Template {
  metadata: { labels: Record<string, string> };
  spec: Record<string, unknown>;
}

function templateOf(suite: Suite, deployment: string): Template {
  const object = suite.kubectl("cluster1", "get", "deployment", "-n", "sample", deployment, "-o", "json");
  return (JSON.parse(object) as { spec: { template: Template } }).spec.template;
}

function podOf(template: Template): object {
  // The account is another namespace's; what it is called does not matter to pod security.
  const spec = { ...template.spec, serviceAccountName: "default", serviceAccount: "default" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: "judged", namespace: RESTRICTED },
    spec,
  };
}

function admit(suite: Suite, pod: object): void {
  const file = join(suite.lab.dir, "pod.json");
  writeFileSync(file, JSON.stringify(pod));
  suite.kubectl("cluster1", "create", "--dry-run=server", "-f", file);
}

/** What the cluster's own injector would make of the template, with its CNI setting as asked for. */
function injected(suite: Suite, template: Template, { cni }: { cni: boolean }): Template {
  const data = (configMap: string) =>
    (
      JSON.parse(
        suite.kubectl("cluster1", "get", "configmap", "-n", "istio-system", configMap, "-o", "json"),
      ) as {
        data: Record<string, string>;
      }
    ).data;
  const injector = data("istio-sidecar-injector");
  const values = JSON.parse(injector["values"] ?? "{}") as Record<string, unknown>;
  const file = (name: string, content: string) => {
    const path = join(suite.lab.dir, name);
    writeFileSync(path, content);
    return path;
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "judged", namespace: "sample" },
    spec: { selector: { matchLabels: template.metadata.labels }, template },
  };
  const printed = execFileSync(
    suite.toolchain.bin.istioctl,
    [
      "kube-inject",
      ...["--kubeconfig", suite.kubeconfigOf("cluster1")],
      ...["--injectConfigFile", file("inject.yaml", injector["config"] ?? "")],
      ...[
        "--valuesFile",
        file("values.json", JSON.stringify(mergeValues(values, { pilot: { cni: { enabled: cni } } }))),
      ],
      ...["--meshConfigFile", file("mesh.yaml", data("istio")["mesh"] ?? "")],
      ...["--filename", file("deployment.json", JSON.stringify(deployment))],
    ],
    { encoding: "utf8" },
  );
  return (parse(printed.replace(/^---$/m, "")) as { spec: { template: Template } }).spec.template;
}
