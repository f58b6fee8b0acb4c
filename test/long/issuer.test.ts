import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { defaultSpec } from "../../lab";
import { renderReport, verifyMesh } from "../../verify";
import { needlesOfPem, pulumi } from "../lab/scenarios/secrecy";
import { installCertManager, makeIssuer, renew } from "../lab/support/cert-manager";
import { istiodChain, makeCa, signerOf, verifyChain } from "../lab/support/issued-chain";
import { previewedSteps, Suite } from "../lab/support/suite";
import { startVault, type Vault } from "../lab/support/vault";

const CLUSTERS = ["cluster1", "cluster2"];

/** The kubelet, and the lab for it, gives a Secret's new content to pods that run in its own time. */
const RELOAD = { timeout: 120_000, interval: 2000 };

const foundIn = (text: string, privateKey: string) =>
  needlesOfPem(privateKey).some((needle) => text.includes(needle));

describe("CAs that cert-manager issues", () => {
  const suite = new Suite(defaultSpec("issuer", 2), ["cert-manager", "cert-manager-files", "vault"]);

  /** With the generated root's settings of the lab's config left out, which have no effect beside an issuer. */
  const configure = (issuer: Record<string, unknown>) =>
    suite.configure({ ca: { protectRoot: undefined, issuer } });

  const restarts = (cluster: string) =>
    suite.kubectl(
      ...([cluster, "get", "pods", "-n", "istio-system", "-l", "app=istiod"] as const),
      ...["-o", "jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[0].restartCount}{end}"],
    );

  const secretFile = (cluster: string, namespace: string, secret: string, file: string) => {
    const path = `jsonpath={.data.${file.replace(".", "\\.")}}`;
    const encoded = suite.kubectl(cluster, "get", "secret", secret, "-n", namespace, "-o", path);
    return Buffer.from(encoded, "base64").toString();
  };

  const statedRoot = async () => {
    const { rootCertificate, rootFingerprint } = await suite.stack.outputs();
    return {
      fingerprint: new X509Certificate(String(rootCertificate?.value)).fingerprint256,
      stated: rootFingerprint?.value as unknown,
    };
  };

  beforeAll(async () => {
    await suite.start();
    for (const cluster of CLUSTERS) installCertManager(suite, cluster);
  });
  afterAll(suite.stop);

  describe("from an issuer in each cluster, under one corporate root", () => {
    const root = makeCa("Corporate Root");
    const fingerprint = new X509Certificate(root.certificate).fingerprint256;

    beforeAll(async () => {
      const files = { "tls.crt": root.certificate, "tls.key": root.privateKey };
      const spec = { ca: { secretName: "mesh-root" } };
      for (const cluster of CLUSTERS) makeIssuer(suite, cluster, "mesh-root", files, spec);
      await configure({ name: "mesh-root" });
      await suite.stack.up();
    });

    test("requests cross in both directions", async () => {
      await suite.expectWorkingMesh();
    });

    test("every istiod's certificate chains to the corporate root, which the stack knows", async () => {
      for (const cluster of CLUSTERS) verifyChain(await istiodChain(suite, cluster), root.certificate);
      expect(await statedRoot()).toEqual({ fingerprint, stated: fingerprint });
    });

    test("a second preview changes nothing, and Pulumi has no CA key, not even encrypted", async () => {
      expect(await previewedSteps(suite.stack)).toEqual({});
      const state = pulumi(suite, "stack", "export", "--show-secrets");
      for (const cluster of CLUSTERS) {
        const key = secretFile(cluster, "istio-system", "cacerts", "tls.key");
        expect(foundIn(state, key)).toBe(false);
      }
    });

    test("a renewed CA is taken by the istiod that runs, without Pulumi and without a restart", async () => {
      const signer = signerOf(await istiodChain(suite, "cluster1"));
      const before = restarts("cluster1");
      renew(suite, "cluster1", "istio-system", "cacerts");
      await vi.waitFor(
        async () => expect(signerOf(await istiodChain(suite, "cluster1"))).not.toBe(signer),
        RELOAD,
      );
      verifyChain(await istiodChain(suite, "cluster1"), root.certificate);
      expect(restarts("cluster1")).toBe(before);
      await suite.expectWorkingMesh();
    });
  });

  describe("from Vault by way of one cluster's issuer", () => {
    let vault: Vault;

    beforeAll(async () => {
      await suite.stack.destroy();
      vault = await startVault(suite, "cluster1");
      const { server, token } = vault;
      const auth = { tokenSecretRef: { name: "vault", key: "token" } };
      const spec = { vault: { server, path: "pki/root/sign-intermediate", auth } };
      makeIssuer(suite, "cluster1", "vault", { token }, spec);
      await configure({ name: "vault", cluster: "cluster1" });
      await suite.stack.up();
    });

    test("requests cross in both directions, every istiod under Vault's root", async () => {
      await suite.expectWorkingMesh();
      for (const cluster of CLUSTERS) verifyChain(await istiodChain(suite, cluster), vault.root);
      const { fingerprint256 } = new X509Certificate(vault.root);
      expect(await statedRoot()).toEqual({ fingerprint: fingerprint256, stated: fingerprint256 });
    });

    test("the copied keys are in the state, but only encrypted", () => {
      const key = secretFile("cluster2", "istio-system", "cacerts", "ca-key.pem");
      expect(foundIn(pulumi(suite, "stack", "export", "--show-secrets"), key)).toBe(true);
      expect(foundIn(pulumi(suite, "stack", "export"), key)).toBe(false);
    });

    test("a renewed CA makes its copy stale: verify says so, a preview shows it, up brings it", async () => {
      expect(await previewedSteps(suite.stack)).toEqual({});
      const issued = () => secretFile("cluster1", "istio-multicluster-ca", "cluster2-cacerts", "tls.key");
      const before = issued();
      renew(suite, "cluster1", "istio-multicluster-ca", "cluster2-cacerts");
      await vi.waitFor(() => expect(issued()).not.toBe(before), RELOAD);
      const { plan, kubeConfigs } = await suite.openMesh();
      const report = await verifyMesh(plan, kubeConfigs, { only: ["issued-ca"] });
      expect(renderReport(report)).toContain("cacerts of cluster2 is stale");
      expect(await previewedSteps(suite.stack)).toEqual({ update: ["Secret cluster2-cacerts"] });
      await suite.stack.up();
      const { ok } = await verifyMesh(plan, kubeConfigs, { only: ["issued-ca"] });
      expect(ok).toBe(true);
      await suite.expectWorkingMesh();
    });
  });
});
