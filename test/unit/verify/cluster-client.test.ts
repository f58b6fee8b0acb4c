import { KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { planMesh } from "../../../components";
import { verifyMesh } from "../../../verify";
import { ClusterClient } from "../../../verify/kube/cluster-client";
import { CannotLookError } from "../../../verify/kube/errors";
import { ApiServer } from "../../support/api-server";
import { closedAddress, insecureKubeconfig, loginPage, slowPlugin } from "../../support/served-namespaces";
import { mesh } from "../../support/specs";

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
  [429, "try again, and see the log of the API server, or of the load balancer before it"],
  [503, "try again, and see the log of the API server, or of the load balancer before it"],
])("an answer %s is told with its mend, and says nothing of the mesh", async (status, mend) => {
  const reading = (await clientOf(status)).namespace("istio-system");
  const error = await reading.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(CannotLookError);
  expect(String(error)).toMatch(
    new RegExp(`: cannot read namespace istio-system of cluster1: HTTP ${status}.*; ${mend}$`),
  );
});

test("the page of a proxy that wants a login is told as what it is, and says nothing of the mesh", async () => {
  const access = new KubeConfig();
  access.loadFromString(insecureKubeconfig("cluster1", await loginPage()));
  const plan = planMesh(mesh(1));
  const { result, checks } = await verifyMesh(plan, new Map([["cluster1", access]]), {
    only: ["api", "network"],
  });
  expect(result).toBe("could-not-look");
  for (const { detail } of checks) expect(detail).toContain("log in to the proxy on the way there");
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
