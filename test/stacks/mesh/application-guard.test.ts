import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { MeshSpec } from "../../../components";
import { TAKING_OVER } from "../../../stacks/mesh/prior/guard";
import type { Answer } from "../../support/api-server";
import { byHelm, byManager } from "../../support/prior";
import { previewOver } from "../../support/served-mesh";
import { mesh } from "../../support/specs";

const DB = { name: "db", namespace: "shop", ports: [{ name: "tcp-db", port: 5432 }] };
const SPEC = mesh(2, {
  services: [{ ...DB, clusters: ["cluster2"] }],
  stubNamespaces: true,
  sampleApps: { helloworld: { cluster1: ["v1"] }, clients: [] },
});

const NAMESPACE = "/api/v1/namespaces/sample";
const SERVICE = "/api/v1/namespaces/shop/services/db";
const namespace = (metadata: object) => ({ apiVersion: "v1", kind: "Namespace", metadata });
const service = (metadata: object, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata,
  spec,
});

/** What the engine would be told before it makes objects of these components, over an API server that has this. */
async function beforeCreates(has: Readonly<Record<string, Answer>>, spec: MeshSpec = SPEC) {
  const { hooks } = await previewOver(spec, has);
  return {
    sampleNamespace: (name = "sample") =>
      hooks.run("blue-cluster1-sample-apps-prior", { newInputs: { metadata: { name } } }),
    stub: () =>
      hooks.run("blue-cluster1-service-stubs-prior", {
        newInputs: { metadata: { name: DB.name, namespace: DB.namespace } },
      }),
  };
}

describe("before the namespace of the sample applications is made", () => {
  test("one of somebody else is refused, which would be deleted with them", async () => {
    const before = await beforeCreates({ [NAMESPACE]: namespace(byManager("kubectl-create")) });
    await expect(before.sampleNamespace()).rejects.toThrow(
      "clusters[0] (cluster1) has the namespace sample already, of field manager kubectl-create, which would become that of the " +
        "sample applications, and be deleted with all that is in it once they go; give them one of their own by " +
        "sampleApps.namespace, or delete this one if nobody uses it: kubectl delete namespace sample",
    );
  });

  test.each([
    ["there is none", {}],
    ["an interrupted up has made it", { [NAMESPACE]: namespace(byManager("pulumi-kubernetes-1a2b3c4d")) }],
    ["the user may not look", { [NAMESPACE]: 403 }],
  ])("nothing is said where %s", async (_, has: Readonly<Record<string, Answer>>) => {
    await (await beforeCreates(has)).sampleNamespace();
  });

  test("nor of default, of which a warning tells", async () => {
    const has = { "/api/v1/namespaces/default": namespace(byManager("kube-apiserver")) };
    await (await beforeCreates(has)).sampleNamespace("default");
  });
});

describe("before a stub is made", () => {
  test.each([
    ["kubectl", byManager("kubectl-client-side-apply"), "field manager kubectl-client-side-apply"],
    ["Helm", byHelm("db", "shop"), "Helm release shop/db"],
    ["a program with Pulumi", byManager("pulumi-kubernetes-1a2b3c4d"), "a pulumi up"],
  ])("a Service of %s is refused, which would be deleted with it", async (_, metadata, owner) => {
    const before = await beforeCreates({ [SERVICE]: service(metadata, { selector: { app: "db" } }) });
    await expect(before.stub()).rejects.toThrow(
      `clusters[0] (cluster1) has Service shop/db already, of ${owner}, which would become a stub of this stack, and be deleted ` +
        "once that needs none; if it runs there, list cluster1 in the clusters of its entry in services, or delete it if " +
        "nobody uses it: kubectl delete service db --namespace shop",
    );
  });

  test("one that an interrupted up has made is not", async () => {
    await (await beforeCreates({ [SERVICE]: service(byManager("pulumi-kubernetes-1a2b3c4d")) })).stub();
  });
});

test("what stays when it leaves the config is not looked for", async () => {
  const helloworld = { ...DB, name: "helloworld", namespace: "sample", clusters: ["cluster2"] };
  const before = await beforeCreates({}, { ...SPEC, services: [helloworld] });
  await expect(before.stub()).rejects.toThrow("there is no hook");
});

test("a takeover looks at what is there by itself", async () => {
  vi.stubEnv(TAKING_OVER, "true");
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect((await beforeCreates({})).stub()).rejects.toThrow("there is no hook");
});
