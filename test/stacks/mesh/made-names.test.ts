import { describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../components";
import type { Answer } from "../../support/api-server";
import { find } from "../../support/components";
import { deploy } from "../../support/deploy";
import { previewOver } from "../../support/served-mesh";
import { mesh } from "../../support/specs";

const DB = { name: "db", namespace: "shop", ports: [{ name: "tcp-db", port: 5432 }] };
const stubbed = mesh(2, { services: [{ ...DB, clusters: ["cluster2"] }] });
const listed = mesh(2, { services: [{ ...DB, clusters: ["cluster1", "cluster2"] }] });

const STASH =
  "urn:pulumi:prod::istio-multicluster::istio-multicluster:index:Mesh$pulumi:index:Stash::blue-cluster1.names";
const names = (has: object) => ({ input: JSON.stringify({ pullSecrets: [], stubs: [], ...has }) });

/** What the engine would be told before it records these names of cluster1 in place of former ones. */
async function move(former: object, spec: MeshSpec, has: Readonly<Record<string, Answer>> = {}) {
  const { hooks, registrations } = await previewOver(spec, has);
  const newInputs = find(registrations, "blue-cluster1.names").inputs;
  await hooks.run("blue-cluster1.names", { urn: STASH, oldInputs: names(former), newInputs });
}

const service = (spec: object): Readonly<Record<string, Answer>> => ({
  "/api/v1/namespaces/shop/services/db": { apiVersion: "v1", kind: "Service", metadata: {}, spec },
});

test("what a cluster has under names of its user's choice is recorded", async () => {
  const helloworld = { ...DB, name: "helloworld", namespace: "sample", clusters: ["cluster2"] };
  const { registrations } = await deploy(
    mesh(2, {
      services: [{ ...DB, clusters: ["cluster2"] }, helloworld],
      sampleApps: { helloworld: { cluster1: ["v1"] } },
    }),
  );
  expect(find(registrations, "cluster1.names").inputs).toEqual(names({ stubs: ["shop/db"] }));
  expect(find(registrations, "cluster2.names").inputs).toEqual(names({}));
});

test("nothing is where a config names nothing of the kind", async () => {
  const { registrations } = await deploy(mesh(2));
  expect(registrations.filter(({ name }) => name.endsWith(".names"))).toEqual([]);
});

describe("a stub that leaves the config", () => {
  test("is refused where it leads to pods by now", async () => {
    const moved = move({ stubs: ["shop/db"] }, listed, service({ selector: { app: "db" } }));
    const mesh = "urn:pulumi:prod::istio-multicluster::istio-multicluster:index:Mesh$";
    await expect(moved).rejects.toThrow(
      "clusters[0] (cluster1) has a Service shop/db that was a stub and leads to pods by now, so that it is in use and would be " +
        "deleted with the stub; let the stack forget the stub and what is recorded of it, and the Service stays: pulumi state " +
        `delete '${mesh}istio-multicluster:index:ServiceStubs$kubernetes:core/v1:Service::blue-cluster1-service-stubs:shop/db' --yes ` +
        `&& pulumi state delete '${STASH}' --yes`,
    );
  });

  test.each([
    ["it has no pods", listed, service({ ports: [] })],
    ["it is gone", listed, {}],
    ["it stays", stubbed, service({ selector: { app: "db" } })],
  ])("is not where %s", async (_, spec: MeshSpec, has: Readonly<Record<string, Answer>>) => {
    await move({ stubs: ["shop/db"] }, spec, has);
  });
});

describe("a Secret by which images are pulled", () => {
  const using = (secrets: string[]) => mesh(1, { istio: { imagePullSecrets: secrets } });

  test("is not deleted under the pods that go on to need it", async () => {
    await expect(move({ pullSecrets: ["regcred"] }, using(["regcred"]))).rejects.toThrow(
      "clusters[0] (cluster1) has regcred in istio.imagePullSecrets, whose Secret istio.imagePullCredentials has made: it would be " +
        "deleted with these, and new pods could not pull their images; keep it in istio.imagePullCredentials, or list a Secret of " +
        "another name",
    );
  });

  test("is deleted where nobody needs it", async () => {
    await move({ pullSecrets: ["regcred"] }, using(["other"]));
  });
});
