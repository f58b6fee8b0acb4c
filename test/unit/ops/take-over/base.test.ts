import { describe, expect, test } from "vitest";
import { planMesh } from "../../../../components";
import type { Adoptable } from "../../../../components/spec/types";
import { giveBase, unownedBase } from "../../../../ops/take-over/base";
import type { Reference, TargetCluster } from "../../../../ops/take-over/cluster";
import { cluster } from "../../../support/specs";

const CRD = "CustomResourceDefinition";
const OWNED = {
  labels: { "app.kubernetes.io/managed-by": "Helm" },
  annotations: {
    "meta.helm.sh/release-name": "istio-base",
    "meta.helm.sh/release-namespace": "istio-system",
  },
};

/** A cluster with objects of these kinds and names, which keeps what is marked. */
function clusterWith(objects: Record<string, object>) {
  const marked = new Map<string, object>();
  const target = {
    read: ({ kind, metadata }: Reference) => {
      const found = objects[`${kind} ${metadata.name}`];
      return Promise.resolve(found && { metadata: { name: metadata.name, ...found } });
    },
    list: () =>
      Promise.resolve(
        Object.entries(objects)
          .filter(([key]) => key.startsWith(CRD))
          .map(([key, metadata]) => ({ metadata: { name: key.split(" ")[1], ...metadata } })),
      ),
    mark: ({ kind, metadata }: Reference, labels: object, annotations: object) => {
      marked.set(`${kind} ${metadata.name}`, { labels, annotations });
      return Promise.resolve();
    },
  } as unknown as TargetCluster;
  return { target, marked };
}

const planned = (...adopt: Adoptable[]) => planMesh({ clusters: [cluster(1, { adopt })] }).clusters[0]!;

describe("what Helm release istio-base has to own", () => {
  const { target, marked } = clusterWith({
    [`${CRD} gateways.networking.istio.io`]: {},
    [`${CRD} sidecars.networking.istio.io`]: OWNED,
    [`${CRD} certificates.cert-manager.io`]: {},
    "ValidatingWebhookConfiguration istiod-default-validator": {},
    "ServiceAccount istio-reader-service-account": {},
  });
  const names = async (...adopt: Adoptable[]) =>
    (await unownedBase(planned(...adopt), target)).map(({ metadata }) => metadata.name);

  test("is what it would install and does not own yet", async () => {
    expect(await names()).toEqual(["gateways.networking.istio.io", "istiod-default-validator"]);
  });

  test("is without CRDs where these are somebody else's", async () => {
    expect(await names("crds")).toEqual(["istiod-default-validator"]);
  });

  test("is marked as Helm does it, and the account of the old links is kept from going with an upgrade", async () => {
    await giveBase(await unownedBase(planned(), target), target);
    // Nor does istioctl's default tag have the validator any more.
    const own = { ...OWNED, labels: { ...OWNED.labels, "istio.io/tag": null } };
    expect(Object.fromEntries(marked)).toEqual({
      [`${CRD} gateways.networking.istio.io`]: own,
      "ValidatingWebhookConfiguration istiod-default-validator": own,
      "ServiceAccount istio-reader-service-account": {
        labels: {},
        annotations: { "helm.sh/resource-policy": "keep" },
      },
    });
  });
});
