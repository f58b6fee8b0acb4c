import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { inState, leaks, needlesOfPem, pulumi, stateKey } from "../lab/scenarios/secrecy";
import { apply } from "../lab/support/apply";
import { makeCa, verifyChain } from "../lab/support/issued-chain";
import { previewedSteps, Suite } from "../lab/support/suite";
import { installExistingSpire } from "./support/existing-spire";
import { prepareSpire, provideVolume, SPIRE_TOOLS } from "./support/spire-lab";
import { activateAuthority, prepareAuthority, restartServer } from "./support/spire-server";
import { identityOf, proxySvid } from "./support/svid";
import { serverKeys } from "./scenarios/spire-secrecy";

const ISSUER = "root";
const SPREADING = { timeout: 180_000, interval: 2000 };

/** Whoever signs for SPIRE, or has installed it: one cluster, as nothing of this is between clusters. */
describe("SPIRE under each upstream", () => {
  const suite = new Suite(
    { name: "spire-upstreams", clusters: [{ name: "foo", network: "network1" }] },
    SPIRE_TOOLS,
  );
  const root = makeCa("Root of foo.com");

  const configure = (spire: Record<string, unknown>) =>
    suite.configure({
      clusters: suite.clusters({ foo: { trustDomain: "foo.com" } }),
      identity: { provider: "spire", spire },
      // SPIRE's own pods are to get no proxy where all others do.
      istiod: { values: { sidecarInjectorWebhook: { enableNamespacesByDefault: true } } },
    });

  /** The client's certificate is its own, by SPIRE, below an upstream CA or not, under a root. */
  const expectChain = async (length: number, certificate: string) => {
    const { chain } = await proxySvid(suite, "foo", "sample", "app=curl");
    expect(chain).toHaveLength(length);
    verifyChain([...chain], certificate);
    expect(await identityOf(suite, "foo", "sample", "app=curl")).toBe("spiffe://foo.com/ns/sample/sa/curl");
  };

  beforeAll(async () => {
    await suite.start();
    prepareSpire(suite, ISSUER, { foo: { trustDomain: "foo.com", root } });
  });
  afterAll(suite.stop);

  describe("a root of the program", () => {
    beforeAll(async () => {
      await configure({});
      await suite.stack.up();
    });

    test("signs a CA for each cluster, below which SPIRE's is", async () => {
      const { resources } = JSON.parse(pulumi(suite, "stack", "export")).deployment;
      const made = resources.find(({ urn }: { urn: string }) =>
        urn.endsWith("::spire-root.foo.com-certificate"),
      );
      await expectChain(3, made.outputs.certPem as string);
      await suite.expectWorkingMesh();
    });

    test("has its key, and the CA's, encrypted in the state, and none of SPIRE's own is there", async () => {
      const made = {
        root: needlesOfPem(stateKey(suite, "spire-root.foo.com-key")),
        ca: needlesOfPem(stateKey(suite, "foo-spire-ca-key")),
      };
      const keys = { ...made, ...serverKeys(suite) };
      expect(await leaks(suite, keys)).toEqual([]);
      expect(inState(suite, keys)).toEqual(Object.keys(made));
    });

    test("is above a server that gets no proxy, which would wait for it, when it starts anew", async () => {
      restartServer(suite, "foo");
    });

    test("can be changed for an issuer's while the mesh runs", async () => {
      await configure({ upstream: { issuer: ISSUER } });
      await suite.stack.up();
      activateAuthority(suite, "foo", prepareAuthority(suite, "foo"));
      // As each does in its own time.
      for (const step of ["restart", "status"])
        suite.kubectl("foo", "rollout", step, "-n", "sample", "deployment/curl");
      await vi.waitFor(() => expectChain(2, root.certificate), SPREADING);
      await suite.expectWorkingMesh();
    });

    test("cannot be changed for a Secret's, for which the program would remove its namespace", async () => {
      await configure({ upstream: { secret: "upstream" } });
      await expect(suite.stack.preview()).rejects.toThrow(
        /cannot change from here, in its own namespace to here/,
      );
    });
  });

  describe("a CA in a Secret", () => {
    const ca = makeCa("CA for SPIRE", root);

    beforeAll(async () => {
      await suite.stack.destroy();
      provideVolume(suite, "foo", "spire-data-2");
      const labels = { "pod-security.kubernetes.io/enforce": "privileged", "istio-injection": "disabled" };
      const stringData = { "tls.crt": ca.certificate, "tls.key": ca.privateKey, "ca.crt": root.certificate };
      apply(suite, "foo", [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "spire", labels } },
        { apiVersion: "v1", kind: "Secret", metadata: { name: "upstream", namespace: "spire" }, stringData },
      ]);
      await configure({ upstream: { secret: "upstream" } });
      await suite.stack.up();
    });

    test("signs SPIRE's, and its key is not in the state", async () => {
      await expectChain(3, root.certificate);
      await suite.expectWorkingMesh();
      const keys = { ca: needlesOfPem(ca.privateKey), ...serverKeys(suite, "spire-data-2") };
      expect(await leaks(suite, keys)).toEqual([]);
      expect(inState(suite, keys)).toEqual([]);
    });

    test("is left by destroy, as is its namespace", async () => {
      await suite.stack.destroy();
      expect(suite.kubectl("foo", "get", "secret", "-n", "spire", "-o", "name")).toBe("secret/upstream\n");
    });
  });

  describe("others' SPIRE", () => {
    beforeAll(async () => {
      provideVolume(suite, "foo", "spire-data-3");
      installExistingSpire(suite, "foo", {
        className: "mesh",
        socketFile: "workloads.sock",
        trustDomain: "foo.com",
      });
      await configure({ existing: { className: "mesh", socketFile: "workloads.sock" } });
      await suite.stack.up();
    });

    test("gives identities to the mesh's pods, and is not touched", async () => {
      await expectChain(3, root.certificate);
      await suite.expectWorkingMesh();
      expect(await previewedSteps(suite.stack)).toEqual({});
      await suite.stack.destroy();
      suite.kubectl("foo", "rollout", "status", "-n", "spire", "statefulset/spire-server", "--timeout=10s");
    });
  });
});
