import { KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { ClusterClient } from "../../../verify/kube/cluster-client";
import { ApiServer } from "../../support/api-server";
import { closedAddress, insecureKubeconfig, slowPlugin } from "../../support/served-namespaces";

/** A client of an API that answers everything but its readiness with a status. */
async function clientOf(status: number): Promise<ClusterClient> {
  const server = await ApiServer.start((_, path) => (path === "/readyz" ? 200 : status));
  onTestFinished(() => server.stop());
  return client(insecureKubeconfig("cluster1", server.url));
}

function client(kubeconfig: string): ClusterClient {
  const access = new KubeConfig();
  access.loadFromString(kubeconfig);
  return new ClusterClient("cluster1", access, undefined);
}

test.each([
  [401, "renew the kubeconfig's credentials, as by logging in to the cluster anew"],
  [403, "docs/verify.md has the rights that verify needs"],
])("an answer %s is told with its mend", async (status, mend) => {
  const error = (await clientOf(status)).namespace("istio-system");
  await expect(error).rejects.toThrow(
    new RegExp(`^cannot read namespace istio-system of cluster1: HTTP ${status}.*; ${mend}$`),
  );
});

test("a credential plugin that is not there is told from a server that does not answer", async () => {
  const address = await closedAddress();
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-plugin" };
  await expect(client(insecureKubeconfig("cluster1", address)).ready()).rejects.toThrow(
    /does not answer: .*ECONNREFUSED.*; check that the cluster runs, its address and this machine's way to it$/,
  );
  await expect(client(insecureKubeconfig("cluster1", address, { exec })).ready()).rejects.toThrow(
    /no-such-plugin.*; install the command that its user names under exec, or put it on PATH$/,
  );
});

test("the time that a credential plugin takes is not the API server's", async () => {
  const server = await ApiServer.start(() => 200);
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const shorter = vi.spyOn(AbortSignal, "timeout").mockImplementation((limit) => timeout(limit / 10));
  onTestFinished(() => {
    server.stop();
    shorter.mockRestore();
  });
  const access = insecureKubeconfig("cluster1", server.url, slowPlugin(1500));
  await expect(client(access).ready()).resolves.toBe(true);
});
