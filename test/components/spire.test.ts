import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import {
  EastWestGateway,
  SpireAgent,
  SpireServer,
  type SpireServerArgs,
  TrustDomainFederation,
  WorkloadIdentities,
} from "../../components";
import { workloadSocketOf } from "../../components/internal/workload-socket";
import { rootsDigest, spiffeBundle } from "../../components/pki/spiffe-bundle";
import { TestCa } from "../support/ca";
import { allBefore, chartCall, find, listOf, outsideProvider, testProvider } from "../support/components";
import { LOAD_BALANCER } from "../support/deploy";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

let roots: string;
let otherRoots: string;
beforeAll(async () => {
  roots = (await TestCa.root("foo")).certificate;
  otherRoots = (await TestCa.root("other")).certificate;
});

const OWN = { upstreamCertificate: "certificate", upstreamPrivateKey: "key", upstreamRoot: "root" };

/** A server whose bundle is told. */
const serverOf = (args: Partial<SpireServerArgs> = OWN) =>
  runProgram(
    () =>
      new SpireServer(
        "foo",
        { clusterName: "foo", trustDomain: "foo.com", ...args },
        { provider: testProvider() },
      ),
    { ...LOAD_BALANCER, configMapData: { "bundle.crt": roots } },
  );

describe("SpireServer", () => {
  test("makes its kinds before what needs them, under its provider alone", async () => {
    const { registrations } = await serverOf();
    expect(outsideProvider(registrations)).toEqual([]);
    const before = [...allBefore(registrations, "foo-bundle")];
    expect(before).toContain("StatefulSet foo:spire/spire-server");
    expect(before).toContain("Secret foo-upstream");
    expect(before).toContain("CustomResourceDefinition foo:clusterspiffeids.spire.spiffe.io");
  });

  test("makes the Secrets by which its images are pulled in its own namespace, before it needs them", async () => {
    const imagePullCredentials = { registry: "login" };
    const { registrations } = await serverOf({
      ...OWN,
      imagePullSecrets: ["registry"],
      imagePullCredentials,
    });
    const secret = find(registrations, "foo-pull-secret:registry");
    expect(secret.inputs).toMatchObject({ metadata: { name: "registry", namespace: "spire" } });
    expect([...allBefore(registrations, "foo-bundle")]).toContain("Secret foo-pull-secret:registry");
    const account = find(registrations, "foo:spire/spire-server", "ServiceAccount");
    expect(account.inputs).toMatchObject({ imagePullSecrets: [{ name: "registry" }] });
  });

  test("keeps its volume, with its keys and entries, whatever storage class is asked for later", async () => {
    const { registrations } = await serverOf({ ...OWN, storageClassName: "fast" });
    const claim = find(registrations, "foo:spire/spire-server-data", "PersistentVolumeClaim");
    expect(claim.ignoreChanges).toContain("spec.storageClassName");
  });

  test("tells the roots that it tells its agents, once it has", async () => {
    const { result, registrations } = await serverOf();
    expect(await valueOf(result.roots)).toBe(roots);
    expect(find(registrations, "foo-bundle", "ConfigMapPatch").inputs).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "spire-bundle",
        namespace: "spire",
        annotations: { "pulumi.com/waitFor": "jsonpath={.data['bundle.crt']}" },
      },
    });
    expect([...allBefore(registrations, "foo-bundle")]).toContain("StatefulSet foo:spire/spire-server");
  });

  test("has an address only where others ask for its roots", async () => {
    expect((await serverOf()).result.address).toBeUndefined();
    const { result } = await serverOf({ ...OWN, exposesBundle: true });
    expect(await valueOf(result.address!)).toBe("192.0.2.1");
  });

  test("keeps the key of its upstream secret, and has none with an issuer", async () => {
    const { registrations } = await serverOf();
    expect(find(registrations, "foo-upstream").inputs["stringData"]).toEqual({
      "tls.crt": "certificate",
      "tls.key": "key",
      "ca.crt": "root",
    });
    expect(find(registrations, "foo-upstream").secretPaths.join()).toContain("stringData");
    const issued = await serverOf({ issuerName: "root" });
    expect(listOf(issued.registrations).filter((text) => text.includes(":Secret "))).toEqual([]);
  });

  test.each([
    ["nobody to sign its CA", {}],
    ["more than one to sign its CA", { ...OWN, issuerName: "root" }],
    ["only a part of an upstream CA", { upstreamCertificate: "certificate" }],
  ])("with %s is refused", async (message, args) => {
    await expect(serverOf(args)).rejects.toThrow(`foo has ${message}; give`);
    await pulumi.runtime.disconnect();
  });
});

describe("SpireAgent", () => {
  test("is one set of agents with the driver, under its provider alone", async () => {
    const { registrations } = await runProgram(
      () =>
        new SpireAgent(
          "foo",
          { clusterName: "foo", trustDomain: "foo.com", image: "own/agent" },
          {
            provider: testProvider(),
          },
        ),
    );
    expect(outsideProvider(registrations)).toEqual([]);
    const daemonSet = find(registrations, "foo:spire/spire-agent", "DaemonSet");
    expect(JSON.stringify(daemonSet.inputs)).toContain("own/agent");
    // Which was not there from the beginning, and is no reason to start running ones anew.
    expect(daemonSet.ignoreChanges).toEqual(["spec.template.spec.nodeSelector"]);
  });
});

describe("TrustDomainFederation", () => {
  const specOf = async (address: string, pem: string) => {
    const { registrations } = await runProgram(
      () =>
        new TrustDomainFederation(
          "foo.bar",
          { trustDomain: "bar.com", roots: pem, address },
          { provider: testProvider() },
        ),
    );
    return find(registrations, "foo.bar:bar.com").inputs["spec"] as Record<string, string>;
  };

  test("tells the other's roots, and asks at its address", async () => {
    expect(await specOf("192.0.2.1", roots)).toMatchObject({
      bundleEndpointURL: `https://192.0.2.1:8443/?roots=${rootsDigest(roots)}`,
      trustDomainBundle: spiffeBundle(roots),
    });
  });

  test("asks elsewhere once the roots are others, which is what sets them again", async () => {
    const [before, after] = [await specOf("192.0.2.1", roots), await specOf("192.0.2.1", otherRoots)];
    expect(after["bundleEndpointURL"]).not.toBe(before["bundleEndpointURL"]);
    expect(after["trustDomainBundle"]).toBe(spiffeBundle(otherRoots));
  });

  test("asks hosts and IPv6 addresses too", async () => {
    const urlOf = async (address: string) => (await specOf(address, roots))["bundleEndpointURL"];
    expect(await urlOf("lb.example.com")).toMatch(/^https:\/\/lb\.example\.com:8443\//);
    expect(await urlOf("2001:db8::1")).toMatch(/^https:\/\/\[2001:db8::1\]:8443\//);
  });
});

describe("WorkloadIdentities", () => {
  test("are one object", async () => {
    const { registrations } = await runProgram(
      () => new WorkloadIdentities("foo", { federatesWith: ["bar.com"] }, { provider: testProvider() }),
    );
    expect(find(registrations, "foo:istio-multicluster").inputs).toMatchObject({
      kind: "ClusterSPIFFEID",
      spec: { federatesWith: ["bar.com"] },
    });
  });
});

describe("a workload socket", () => {
  test("has names of its own, and never the one by which proxies fall back to istiod", () => {
    expect(workloadSocketOf(undefined)).toBeUndefined();
    expect(workloadSocketOf({})).toEqual({ file: "spire-agent.sock", csiDriver: "csi.spiffe.io" });
    expect(() => workloadSocketOf({ file: "socket" })).toThrow('workloadSocket.file is "socket"');
  });

  test("is brought into a gateway's pods by their template", async () => {
    const gateway = (args: object) =>
      runProgram(
        () => new EastWestGateway("g", { network: "n", ...args }, { provider: testProvider() }),
        LOAD_BALANCER,
      );
    const valuesOf = async (args: object) =>
      chartCall((await gateway(args)).chartCalls, "istio-eastwestgateway").options["values"];
    expect(await valuesOf({ usesWorkloadSocket: true })).toMatchObject({
      podAnnotations: { "inject.istio.io/templates": "gateway,spire" },
    });
    expect(await valuesOf({})).not.toHaveProperty("podAnnotations");
  });
});
