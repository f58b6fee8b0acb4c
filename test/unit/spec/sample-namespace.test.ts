import { expect, test } from "vitest";
import { validateMesh, warningsOf } from "../../../components";
import { mesh } from "../../support/specs";

const inNamespace = (namespace: string) => mesh(1, { sampleApps: { helloworld: {}, namespace } });

test.each(["istio-system", "kube-system", "kube-public", "kube-node-lease"])(
  "sample applications in %s are refused, which would go with them",
  (namespace) => {
    expect(validateMesh(inNamespace(namespace))).toEqual([
      {
        path: "sampleApps.namespace",
        message: `is ${namespace}, which would be theirs and be deleted with them; give them one of their own, such as sample`,
      },
    ]);
  },
);

test("sample applications in default work, until they are to go", () => {
  expect(validateMesh(inNamespace("default"))).toEqual([]);
  expect(warningsOf(inNamespace("default"))).toEqual([
    {
      path: "sampleApps.namespace",
      message:
        "is default, which Kubernetes never deletes, so that pulumi destroy ends in an error; give them one of their own, such as sample",
    },
  ]);
  expect(warningsOf(inNamespace("shop"))).toEqual([]);
});
