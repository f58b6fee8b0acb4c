import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { clusterAccess } from "../../../stacks/mesh/access";
import { addressDoubts, addressFault, isLoopback } from "../../../stacks/mesh/api-address";
import { CA_DATA, kubeconfig } from "../../support/kubeconfigs";
import { valueOf } from "../../support/outputs";

test.each([
  ["https://127.0.0.1:6443", true],
  ["https://127.8.9.1", true],
  ["https://localhost:6443", true],
  ["https://kind.localhost", true],
  ["https://[::1]:6443", true],
  ["https://LOCALHOST:6443", true],
  ["https://0.0.0.0:6443", true],
  ["https://[::]:6443", true],
  ["https://[::ffff:127.0.0.1]:6443", true],
  ["https://10.0.0.1:6443", false],
  ["https://localhost.example.org", false],
  ["https://127.example.org", false],
])("whether %s is a loopback address: %s", (server, loopback) => {
  expect(isLoopback(server)).toBe(loopback);
});

test.each([
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
])("the name %s of a pod's own API is nobody else's way to it, whatever machines share", (host) => {
  expect(addressFault("a", `https://${host}:443`, true)).toContain(
    `gives a's API the address https://${host}:443, which in every other cluster means that cluster's own API; set apiServer`,
  );
});

describe("an address that other clusters may not be able to use", () => {
  test.each([
    ["of Docker's host", "https://host.docker.internal:6443", "a name that container engines have"],
    [
      "of Docker's own cluster",
      "https://kubernetes.docker.internal:6443",
      "a name that container engines have",
    ],
    ["of GKE's DNS endpoint", "https://gke-abc.us-central1.gke.goog", "only with enableK8sTokensViaDns"],
    ["of Podman's host", "https://host.containers.internal:6443", "a name that container engines have"],
    [
      "of Rancher's proxy",
      "https://rancher.example/k8s/clusters/c-m-abcdefgh",
      "Rancher's takes only with JWT Authentication enabled",
    ],
  ])("%s is doubted", (_, server, message) => {
    expect(addressFault("a", server, false)).toBeUndefined();
    expect(addressDoubts("a", server)).toEqual([
      expect.stringMatching(
        new RegExp(`^gives a's API the address ${server},.*or to ${server} if that is right for them`),
      ),
    ]);
    expect(addressDoubts("a", server)[0]).toContain(message);
  });

  test.each([
    "https://a.example:6443",
    "https://a.example/",
    "https://10.0.0.1",
    "https://kubernetes.example",
  ])("%s is not doubted", (server) => {
    expect(addressFault("a", server, false)).toBeUndefined();
    expect(addressDoubts("a", server)).toEqual([]);
  });
});

describe("a program's access", () => {
  afterEach(() => void vi.restoreAllMocks());

  /** What is said when others ask for the address twice. */
  async function told(cluster: object, apiServer?: string): Promise<string[]> {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const text = kubeconfig([{ name: "a", cluster: { "certificate-authority-data": CA_DATA, ...cluster } }]);
    const access = clusterAccess("a", { kubeconfig: text, context: "a", apiServer });
    await valueOf(access.endpoint());
    await valueOf(access.endpoint());
    return warn.mock.calls.map(([message]) => message);
  }

  const RANCHER = "https://rancher.example/k8s/clusters/c-abcde";
  const PROXY = { server: "https://a.example", "proxy-url": "http://user:s3cret@proxy.example:3128" };

  test("tells a doubt once, with the cluster whose kubeconfig it is", async () => {
    expect(await told({ server: RANCHER })).toEqual([
      expect.stringContaining(
        "the kubeconfig of cluster a gives a's API the address https://rancher.example/k8s",
      ),
    ]);
  });

  test("tells of a proxy that others are not told of, and not where it is", async () => {
    const messages = await told(PROXY);
    expect(messages).toEqual([expect.stringContaining("reaches a's API through its proxy-url")]);
    expect(messages.join()).not.toContain("s3cret");
  });

  test("tells nothing of an address that was said, nor of a kubeconfig without a proxy", async () => {
    expect(await told({ server: RANCHER }, RANCHER)).toEqual([]);
    expect(await told(PROXY, "https://a.example")).toEqual([]);
    expect(await told({ server: "https://a.example", "proxy-url": null })).toEqual([]);
  });
});
