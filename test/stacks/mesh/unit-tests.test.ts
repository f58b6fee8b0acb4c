import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { EastWestGateway, IntermediateCA } from "../../../components";
import { clusterAccess } from "../../../stacks/mesh/access";
import { configureMesh, deployMesh } from "../../../stacks/mesh/library";
import { kubeconfig } from "../../support/kubeconfigs";
import { valueOf } from "../../support/outputs";
import { cluster, mesh } from "../../support/specs";
import { spire } from "../../support/spire-specs";

const STATUS = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };

const made: string[] = [];
const warn = vi.spyOn(pulumi.log, "warn");

/** As Pulumi's documentation has them. @see https://www.pulumi.com/docs/iac/guides/testing/unit/ */
const MOCKS: pulumi.runtime.Mocks = {
  newResource: ({ type, name, inputs }) => {
    made.push(`${type} ${name}`);
    const status = type === "kubernetes:core/v1:Service" ? { status: STATUS } : {};
    return { id: `${name}_id`, state: { ...(inputs as Record<string, unknown>), ...status } };
  },
  call: ({ inputs }) => inputs as Record<string, unknown>,
};
const start = (isPreview: boolean) => pulumi.runtime.setMocks(MOCKS, "project", "stack", isPreview);

const access = (name: string) => ({ kubeconfig: kubeconfig([{ name }]), context: name });
const BOTH = { cluster1: access("cluster1"), cluster2: access("cluster2") };

beforeEach(() => {
  made.length = 0;
  warn.mockClear();
});

describe("a program's own unit test of a preview", () => {
  test.each([
    ["a mesh", mesh(2)],
    ["a remote", { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })] }],
    ["an issuer", mesh(2, { ca: { issuer: { name: "pki" } } })],
    ["SPIRE", spire()],
  ])("makes %s, without a cluster", async (_, spec) => {
    await start(true);
    const { rootCertificate } = deployMesh(configureMesh(spec, BOTH));
    rootCertificate?.apply((pem) => new X509Certificate(pem));
    await pulumi.runtime.disconnect();
    expect(made).toContain("istio-multicluster:index:ClusterPrimary cluster1");
    expect(made).toContain("kubernetes:helm.sh/v3:Release cluster1-base");
    expect(warn).not.toHaveBeenCalled();
  });

  test("has what its mocks answer", async () => {
    await start(true);
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-eastwestgateway", namespace: "istio-system" },
      spec: { type: "LoadBalancer" },
    };
    vi.spyOn(MOCKS, "call").mockReturnValueOnce({ result: [service] });
    const { address } = new EastWestGateway("gateway", { network: "network1" });
    expect(await valueOf(address)).toBe("192.0.2.1");
  });
});

const REFUSAL = /let them stand for a preview, by true as the fourth argument of pulumi\.runtime\.setMocks/;

describe("a unit test of an update", () => {
  beforeEach(() => start(false));

  test("of a mesh is refused at once, with what mends it", () => {
    expect(() => deployMesh(configureMesh(mesh(2), BOTH))).toThrow(REFUSAL);
    expect(() => clusterAccess("cluster1", BOTH.cluster1)).toThrow(REFUSAL);
  });

  test("of a component too", () => {
    const args = { clusterName: "a", rootCertificate: "", rootPrivateKey: "", rootNotAfter: "" };
    expect(() => new IntermediateCA("ca", args)).toThrow(REFUSAL);
  });
});
