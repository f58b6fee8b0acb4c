import { describe, expect, onTestFinished, test } from "vitest";
import { lookAtPrior } from "../../../stacks/mesh/prior/look";
import { ApiServer } from "../../support/api-server";
import { AT, CRD, serverOf } from "../../support/prior";
import { closedAddress, insecureKubeconfig } from "../../support/served-namespaces";

describe("the look at a cluster", () => {
  test("asks for each kind once, and for whatever it may not have nobody is told of", async () => {
    const server = await serverOf({
      [AT.crds]: CRD,
      [AT.webhooks]: 403,
      [AT.secrets]: 403,
      [AT.deployments]: { istiod: {} },
    });
    const prior = await lookAtPrior(insecureKubeconfig("cluster1", server.url));
    expect([...prior.keys()].sort()).toEqual([
      "CustomResourceDefinition gateways.networking.istio.io",
      "Deployment istiod",
    ]);
    const asked = Object.values(AT).map((path) => `GET ${path}`);
    expect(server.requests.sort()).toEqual(asked.sort());
  });

  test("takes the null of an API server for no objects, and silence for nothing that is known", async () => {
    const empty = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadataList", items: null };
    const server = await ApiServer.start((_, path) => (path === AT.namespace ? 404 : empty));
    onTestFinished(() => server.stop());
    expect(await lookAtPrior(insecureKubeconfig("cluster1", server.url))).toEqual(new Map());
    expect(await lookAtPrior(insecureKubeconfig("cluster1", await closedAddress()))).toEqual(new Map());
    expect(await lookAtPrior("{}")).toEqual(new Map());
  });
});
