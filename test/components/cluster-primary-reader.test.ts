import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deployPrimary } from "../support/cluster-primary";
import { find, listOf } from "../support/components";
import { valueOf } from "../support/outputs";

describe("the reader of a ClusterPrimary", () => {
  const roleOf = (kind: string) => ({
    metadata: { name: "istio-multicluster-reader-role" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: "istio-multicluster-reader-role" },
    subjects: [{ kind: "ServiceAccount", name: "istio-multicluster-reader", namespace: "istio-system" }],
  });

  test("is an account of its own that may do what its plan says, where it says", async () => {
    const { registrations } = await deployPrimary();
    const reader = (kind: string) => find(registrations, "cluster1-reader", `:${kind}`).inputs;
    expect(reader("ServiceAccount")).toEqual({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "istio-multicluster-reader", namespace: "istio-system" },
      automountServiceAccountToken: false,
    });
    expect(reader("ClusterRole")).toMatchObject({
      metadata: { name: "istio-multicluster-reader-role" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }],
    });
    expect(reader("Role")).toMatchObject({
      metadata: { name: "istio-multicluster-reader-role", namespace: "istio-system" },
      rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["istio"], verbs: ["list"] }],
    });
    expect(reader("ClusterRoleBinding")).toMatchObject(roleOf("ClusterRole"));
    expect(reader("RoleBinding")).toMatchObject(roleOf("Role"));
  });

  test("is not there where nobody observes the cluster", async () => {
    const { result, registrations } = await deployPrimary({ reader: undefined });
    expect(listOf(registrations).filter((text) => text.includes("-reader"))).toEqual([
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole cluster1-istiod:istio-reader-clusterrole-istio-system",
    ]);
    expect(result.readerToken).toBeUndefined();
  });

  test("has a token that the cluster fills in", async () => {
    const { registrations } = await deployPrimary();
    expect(find(registrations, "cluster1-reader-token").inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "istio-multicluster-reader-token",
        namespace: "istio-system",
        annotations: {
          "kubernetes.io/service-account.name": "istio-multicluster-reader",
          "pulumi.com/waitFor": "jsonpath={.data.token}",
        },
      },
      type: "kubernetes.io/service-account-token",
    });
  });

  test("gives out the token decoded and secret", async () => {
    const { result } = await deployPrimary(
      {},
      { tokenData: { token: Buffer.from("s3cr3t").toString("base64") } },
    );
    const token = result.readerToken ?? pulumi.output("no reader");
    expect(await valueOf(token)).toBe("s3cr3t");
    expect(await pulumi.isSecret(token)).toBe(true);
  });
});
