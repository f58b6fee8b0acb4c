import { certificatesOf, fingerprint } from "../../../verify/pem";
import type { Suite } from "./suite";

/** Certificates of two minutes that proxies renew after 24 seconds, as soon as four fifths of the time are left. */
export const SHORT_LIVED = {
  workloadCertificates: { ttlMinutes: 2 },
  istiod: {
    values: { meshConfig: { defaultConfig: { proxyMetadata: { SECRET_GRACE_PERIOD_RATIO: "0.8" } } } },
  },
};

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly status: {
      readonly startTime: string;
      readonly containerStatuses?: readonly { readonly restartCount: number }[];
      readonly initContainerStatuses?: readonly { readonly restartCount: number }[];
    };
  }[];
}

/** Every pod with its start and the restarts of its containers: the same text as long as nothing was restarted. */
export function podStarts(suite: Suite): string[] {
  return suite.lab.clusters.flatMap(({ name }) => {
    const { items } = JSON.parse(suite.kubectl(name, "get", "pods", "-A", "-o", "json")) as PodList;
    return items.map(({ metadata, status }) => {
      const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      const restarts = containers.map(({ restartCount }) => restartCount).join(",");
      return `${name} ${metadata.namespace}/${metadata.name} ${status.startTime} ${restarts}`;
    });
  });
}

interface ConfigMapList {
  readonly items: readonly {
    readonly metadata: { readonly namespace: string };
    readonly data: Record<string, string>;
  }[];
}

/** SHA-256 of each root in each bundle of a cluster, by place: `cacerts`, and what istiod gives the namespaces. */
export function rootsByPlace(suite: Suite, cluster: string): Record<string, string[]> {
  const bundle = Buffer.from(cacerts(suite, cluster)["root-cert.pem"] ?? "", "base64").toString();
  const selector = ["--field-selector", "metadata.name=istio-ca-root-cert"];
  const { items } = JSON.parse(
    suite.kubectl(cluster, "get", "configmaps", "-A", ...selector, "-o", "json"),
  ) as ConfigMapList;
  const served = items.map(
    ({ metadata, data }) => [metadata.namespace, data["root-cert.pem"] ?? ""] as const,
  );
  return Object.fromEntries(
    [["cacerts", bundle] as const, ...served].map(([place, pem]) => [
      place,
      certificatesOf(pem).map(fingerprint),
    ]),
  );
}

/** The phase that each cluster's `cacerts` says it is in. */
export function phases(suite: Suite): string[] {
  const path = "jsonpath={.metadata.annotations.istio-multicluster/root-phase}";
  return suite.lab.clusters.map(({ name }) =>
    suite.kubectl(name, "get", "secret", "-n", "istio-system", "cacerts", "-o", path),
  );
}

/** SHA-256 of the certificate with which a cluster's istiod signs. */
export function signingCa(suite: Suite, cluster: string): string {
  const pem = Buffer.from(cacerts(suite, cluster)["ca-cert.pem"] ?? "", "base64").toString();
  return certificatesOf(pem).map(fingerprint).join();
}

function cacerts(suite: Suite, cluster: string): Record<string, string> {
  const text = suite.kubectl(cluster, "get", "secret", "-n", "istio-system", "cacerts", "-o", "json");
  return (JSON.parse(text) as { data: Record<string, string> }).data;
}
