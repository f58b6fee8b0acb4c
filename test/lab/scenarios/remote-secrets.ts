import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Suite } from "../support/suite";

/** Our remote secrets are what istioctl would have written, field by field. */
export function remoteSecretScenario(suite: Suite): void {
  test("remote secrets equal what istioctl create-remote-secret prints", () => {
    for (const observed of suite.lab.clusters) {
      const theirs = istioctlSecret(suite, observed.name, observed.apiServer);
      for (const observer of suite.lab.clusters.filter((cluster) => cluster !== observed)) {
        expect(ourSecret(suite, observer.name, observed.name)).toEqual(theirs);
      }
    }
  });
}

interface RemoteSecret {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** The kubeconfig under each key, parsed. */
  kubeconfigs: Record<string, unknown>;
}

function istioctlSecret(suite: Suite, cluster: string, server: string): RemoteSecret {
  const printed = execFileSync(
    suite.toolchain.bin.istioctl,
    [
      "create-remote-secret",
      ...["--kubeconfig", suite.kubeconfigOf(cluster), "--name", cluster, "--server", server],
      ...["--service-account", "istio-multicluster-reader", "--create-service-account=false"],
      ...["--secret-name", "istio-multicluster-reader-token"],
    ],
    { encoding: "utf8" },
  );
  // It ends in a document separator.
  const { metadata, stringData } = parse(printed.replace(/^---$/m, "")) as {
    metadata: RemoteSecret;
    stringData: Record<string, string>;
  };
  return { ...pick(metadata), kubeconfigs: parseValues(stringData) };
}

function ourSecret(suite: Suite, observer: string, observed: string): RemoteSecret {
  const name = `istio-remote-secret-${observed}`;
  const { metadata, data } = JSON.parse(
    suite.kubectl(observer, "get", "secret", "-n", "istio-system", name, "-o", "json"),
  );
  const decoded = Object.entries(data as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value, "base64").toString()] as const,
  );
  return { ...pick(metadata), kubeconfigs: parseValues(Object.fromEntries(decoded)) };
}

function pick({ name, namespace, labels, annotations }: RemoteSecret) {
  return { name, namespace, labels, annotations };
}

function parseValues(data: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, parse(value)]));
}
