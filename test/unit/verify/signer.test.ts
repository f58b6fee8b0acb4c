import type { V1Pod } from "@kubernetes/client-node";
import { beforeAll, describe, expect, test } from "vitest";
import { judgeProxies } from "../../../verify/checks/signer";
import { judgeProxy, type ProxyFault } from "../../../verify/judge-proxy";
import { certificatesOf, fingerprint, fingerprints } from "../../../verify/pem";
import { proxyCertificates } from "../../../verify/proxy-certificates";
import { sample } from "../../../verify/sample";
import { type CaOptions, TestCa } from "../../support/ca";

let root: TestCa;
let otherRoot: TestCa;
let signing: TestCa;
let earlier: TestCa;

beforeAll(async () => {
  [root, otherRoot] = await Promise.all([TestCa.root("root"), TestCa.root("other root")]);
  [signing, earlier] = await Promise.all([root.sign("signing"), root.sign("earlier")]);
});

const signers = (...roots: TestCa[]) => ({
  issuers: new Set(certificatesOf(signing.certificate).map(fingerprint)),
  roots: fingerprints(roots.map(({ certificate }) => certificate).join("")),
});

/** A proxy's own certificate, from 2.4 hours ago until 21.6 hours from now, and those above it. */
async function chainOf(issuer: TestCa, options: CaOptions = {}, ...above: TestCa[]): Promise<string> {
  const leaf = await issuer.sign("", { isCa: false, from: -0.1, to: 0.9, ...options });
  return leaf.certificate + [issuer, ...above].map(({ certificate }) => certificate).join("");
}

describe("a proxy", () => {
  test("with a certificate of the signing CA and the roots of the bundle, in any order, is right", async () => {
    const roots = otherRoot.certificate + root.certificate;
    const wanted = signers(root, otherRoot);
    expect(judgeProxy({ chain: await chainOf(signing), roots }, wanted)).toBeUndefined();
    expect(judgeProxy({ chain: await chainOf(signing, {}, root), roots }, wanted)).toBeUndefined();
  });

  test("with a certificate of an earlier signing CA is told, with its end and when it will have been renewed", async () => {
    const chain = await chainOf(earlier);
    const fault = judgeProxy({ chain, roots: root.certificate }, signers(root));
    expect(fault?.text).toMatch(/^holds a certificate of an earlier signing CA until /);
    const hours = ((fault?.goneBy?.getTime() ?? 0) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(9.6);
    expect(hours).toBeLessThan(10.6);
  });

  test("that should have renewed it is told as well, and nobody is to wait", async () => {
    const chain = await chainOf(earlier, { from: -0.9, to: 0.1 });
    const fault = judgeProxy({ chain, roots: root.certificate }, signers(root));
    expect(fault?.goneBy).toBeUndefined();
    expect(fault?.text).toContain("should have renewed it by");
  });

  test("may hold one of an earlier CA where cert-manager renews these, but trusts no other root", async () => {
    const chain = await chainOf(earlier);
    const wanted = { roots: fingerprints(root.certificate) };
    expect(judgeProxy({ chain, roots: root.certificate }, wanted)).toBeUndefined();
    const roots = root.certificate + otherRoot.certificate;
    expect(judgeProxy({ chain, roots }, wanted)?.text).toContain("trusts root");
  });

  test("that trusts a root too many or too few is told, and to be waited for while a change spreads", async () => {
    const chain = await chainOf(signing);
    for (const [has, wants] of [
      [[root, otherRoot], [root]],
      [[root], [root, otherRoot]],
    ] as const) {
      const roots = has.map(({ certificate }) => certificate).join("");
      const wanted = signers(...wants);
      const text = `trusts root ${fingerprints(roots)}, not ${wanted.roots}`;
      expect(judgeProxy({ chain, roots }, wanted)).toEqual({ text });
      const spreadsUntil = new Date();
      expect(judgeProxy({ chain, roots }, { ...wanted, spreadsUntil })).toEqual({
        text,
        goneBy: spreadsUntil,
      });
    }
  });

  test("without a certificate, or with one that names no issuer, is told", async () => {
    expect(judgeProxy({ chain: "", roots: root.certificate }, signers(root))?.text).toBe(
      "has no certificate yet",
    );
    const alone = await root.sign("", { isCa: false });
    const fault = judgeProxy({ chain: alone.certificate, roots: root.certificate }, signers(root));
    expect(fault?.text).toMatch(/^holds a certificate of an earlier/);
  });

  test.each<[string, CaOptions, RegExp]>([
    ["has expired", { from: -2, to: -1 }, /^holds a certificate that has expired/],
    ["is not valid yet", { from: 1, to: 2 }, /^holds a certificate that is not valid before/],
  ])("whose certificate %s is told", async (_, options, text) => {
    const certificates = { chain: await chainOf(signing, options), roots: root.certificate };
    expect(judgeProxy(certificates, signers(root))?.text).toMatch(text);
  });

  test("whose issuer has expired is told", async () => {
    const old = await root.sign("signing", { from: -9, to: -1 });
    const fault = judgeProxy({ chain: await chainOf(old), roots: root.certificate }, signers(root));
    expect(fault?.text).toMatch(/^holds a certificate of issuer "CN=signing" that has expired/);
  });

  test("whose chain goes on with every root that the mesh trusts is as planned", async () => {
    const chain = (await chainOf(signing)) + otherRoot.certificate + root.certificate;
    const roots = root.certificate + otherRoot.certificate;
    expect(judgeProxy({ chain, roots }, { roots: fingerprints(roots) })).toBeUndefined();
  });

  test("whose chain is broken, in the middle or at the root, is told", async () => {
    const twin = await root.sign("signing");
    const leaf = await twin.sign("", { isCa: false });
    const broken = leaf.certificate + signing.certificate;
    expect(judgeProxy({ chain: broken, roots: root.certificate }, signers(root))?.text).toContain(
      '"CN=signing" has not signed the one before it',
    );
    const chain = await chainOf(signing);
    expect(judgeProxy({ chain, roots: otherRoot.certificate }, signers(otherRoot))?.text).toContain(
      "none of the roots",
    );
  });
});

describe("the proxies of a cluster", () => {
  const fault = (changes: Partial<ProxyFault> = {}) => ({
    pod: "ns/p",
    fault: { text: "is amiss", ...changes },
  });
  const seen = { total: 3, asked: 3, faults: [], silent: [] };

  test("are as planned when no one that answers is amiss; who does not answer is named", () => {
    expect(judgeProxies("c", seen)).toEqual({ status: "ok", detail: "3 proxies" });
    expect(judgeProxies("c", { ...seen, silent: ["ns/p: gone"] })).toEqual({
      status: "ok",
      detail: "3 proxies; no answer of ns/p: gone",
    });
    expect(judgeProxies("c", { ...seen, total: 1, asked: 1, silent: ["ns/p: gone"] }).status).toBe("failed");
    expect(judgeProxies("c", { ...seen, total: 0, asked: 0 }).status).toBe("skipped");
  });

  test("of which only some were asked are called a sample", () => {
    expect(judgeProxies("c", { ...seen, total: 9 }).detail).toMatch(/^3 of 9 proxies, a sample/);
  });

  test("are to be waited for if all that is amiss goes by itself, until the last one", () => {
    const [first, last] = [new Date(1e12), new Date(2e12)];
    const faults = [fault({ goneBy: last }), fault({ goneBy: first })];
    expect(judgeProxies("c", { ...seen, faults }).detail).toContain(`wait until ${last.toISOString()}`);
    const mixed = judgeProxies("c", { ...seen, faults: [...faults, fault()] });
    expect(mixed.detail).not.toContain("wait until");
    expect(mixed.detail).toContain("restart");
  });

  test("are sampled over all workloads", () => {
    const pod = (workload: string, index: number): V1Pod => ({
      metadata: {
        namespace: "ns",
        name: `${workload}-${index}`,
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: workload, uid: workload }],
      },
    });
    const pods = [
      ...Array.from({ length: 100 }, (_, index) => pod("big", index)),
      pod("small", 0),
      pod("tiny", 0),
    ];
    expect(sample(pods, 5).map(({ metadata }) => metadata?.name)).toEqual([
      "big-0",
      "small-0",
      "tiny-0",
      "big-1",
      "big-2",
    ]);
    expect(sample(pods, Infinity)).toHaveLength(102);
  });
});

describe("Envoy's page of secrets", () => {
  const bytes = (text: string) => ({ inline_bytes: Buffer.from(text).toString("base64") });

  test("gives the chain and the roots", () => {
    const configs = [
      { name: "default", secret: { tls_certificate: { certificate_chain: bytes("chain") } } },
      { name: "ROOTCA", secret: { validation_context: { trusted_ca: bytes("roots") } } },
    ];
    expect(proxyCertificates(JSON.stringify({ configs }))).toEqual({
      chain: "chain",
      roots: "roots",
      trustDomains: new Map(),
    });
  });

  test("is empty of what a proxy does not have yet", () => {
    expect(proxyCertificates("{}")).toEqual({ chain: "", roots: "", trustDomains: new Map() });
  });
});
