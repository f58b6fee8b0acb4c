import { describe, expect, test } from "vitest";
import { handedOver, released, saidByInstallers } from "../../../../ops/take-over/field-sets";

const entry = (manager: string, operation: string, fieldsV1: object, subresource?: string) => ({
  manager,
  operation,
  apiVersion: "apps/v1",
  fieldsType: "FieldsV1",
  fieldsV1,
  ...(subresource === undefined ? {} : { subresource }),
});

const istioctl = entry("istio-operator", "Apply", { "f:spec": { "f:replicas": {} } });
const helm = entry("helm", "Update", {
  "f:metadata": { "f:labels": { "f:release": {} } },
  "f:spec": { "f:strategy": {} },
});
const istiod = entry("pilot-discovery", "Update", { "f:webhooks": {} });
const status = entry("kubectl", "Update", { "f:status": {} }, "status");

describe("the fields of an object that installers manage", () => {
  test("become one manager's, by server-side apply, and controllers keep theirs", () => {
    expect(handedOver([istioctl, istiod, helm, status], "pulumi-kubernetes-1")).toEqual([
      istiod,
      status,
      {
        ...helm,
        manager: "pulumi-kubernetes-1",
        operation: "Apply",
        fieldsV1: {
          "f:metadata": { "f:labels": { "f:release": {} } },
          "f:spec": { "f:replicas": {}, "f:strategy": {} },
        },
      },
    ]);
  });

  test("stay as they are where no installer is among the managers", () => {
    expect(handedOver([istiod, status], "pulumi-kubernetes-1")).toEqual([istiod, status]);
  });

  test("can be given back, and where nobody is left one stays, of the same version, with a field that nobody sets", () => {
    expect(released([istioctl, istiod])).toEqual([istiod]);
    expect(released([helm])).toEqual([
      entry("istio-multicluster", "Update", {
        "f:metadata": { "f:annotations": { "f:istio-multicluster/released": {} } },
      }),
    ]);
  });

  test("are what they said; of whole objects only what has no defaults", () => {
    expect(saidByInstallers([istioctl, helm, istiod])).toEqual({
      "f:metadata": { "f:labels": { "f:release": {} } },
      "f:spec": { "f:replicas": {} },
    });
  });
});
