import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { chainFaults, readCertificates } from "../../../components/pki/chain";
import { type CaOptions, KeyUsage, TestCa } from "../../support/ca";

const NOW = new Date();
const messages = (chain: Parameters<typeof chainFaults>[0]) =>
  chainFaults(chain, NOW).map(({ part, message }) => `${part} ${message}`);

describe("a chain of CA certificates", () => {
  let root: TestCa;
  let corporate: TestCa;

  beforeAll(async () => {
    root = await TestCa.root("Root");
    corporate = await root.sign("Corporate");
  });

  const under = async (issuer: TestCa, options: CaOptions = {}) =>
    (await issuer.sign("Mesh", options)).certificate;

  test("of two or three is faultless, wherever the one in between is given, and OpenSSL agrees", async () => {
    const short = { certificate: await under(root), roots: root.certificate };
    const mesh = await corporate.sign("Mesh");
    const long = {
      certificate: mesh.certificate,
      chain: corporate.certificate,
      roots: root.certificate,
    };
    expect(messages(short)).toEqual([]);
    expect(messages(long)).toEqual([]);
    expect(messages({ certificate: long.certificate + long.chain, roots: long.roots })).toEqual([]);
    expect(await opensslVerify(mesh, long)).toMatch(/OK/);
  });

  test("may end in any of several roots", async () => {
    const other = await TestCa.root("Other");
    const roots = other.certificate + root.certificate;
    expect(messages({ certificate: await under(root), roots })).toEqual([]);
    expect(messages({ certificate: await under(other), roots })).toEqual([]);
  });

  test("under another root is refused, even one of the same name", async () => {
    const twin = await TestCa.root("Root");
    expect(messages({ certificate: await under(twin), roots: root.certificate })).toEqual([
      expect.stringMatching(/^certificate "CN=Mesh" is issued by "CN=Root", and not by a root of this mesh/),
    ]);
  });

  test("with a gap is refused at the gap", async () => {
    const middle = await corporate.sign("Middle");
    const chain = { certificate: await under(middle), chain: corporate.certificate, roots: root.certificate };
    expect(messages(chain)).toEqual([
      expect.stringMatching(/^certificate "CN=Mesh" is not issued by the next one, "CN=Corporate"/),
    ]);
    expect(messages({ ...chain, chain: undefined })).toEqual([
      expect.stringMatching(
        /"CN=Mesh" is issued by "CN=Middle", and not by a root .* give what lies between in chain/,
      ),
    ]);
  });

  test.each<[string, CaOptions, RegExp]>([
    ["is no CA", { isCa: false }, /is not a CA/],
    ["may not sign certificates", { usages: KeyUsage.digitalSignature }, /may not sign certificates/],
    [
      "serves clients only",
      { extendedUsages: ["1.3.6.1.5.5.7.3.2"] },
      /is limited to other uses than servers'/,
    ],
    ["has expired", { from: -2, to: -1 }, /expired on \d{4}-.*; have a new one signed/],
    ["is not valid yet", { from: 1 }, /is valid only from/],
  ])("whose signing CA %s is refused", async (_, options, message) => {
    const chain = { certificate: await under(root, options), roots: root.certificate };
    expect(messages(chain)).toEqual([expect.stringMatching(message)]);
    expect(messages(chain)[0]).toMatch(/^certificate "CN=Mesh"/);
  });

  test.each<[string, CaOptions]>([
    ["a path length of 0 for itself", { pathLength: 0 }],
    ["servers among its uses", { extendedUsages: ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"] }],
    ["any use", { extendedUsages: ["2.5.29.37.0"] }],
  ])("whose signing CA has %s is faultless", async (_, options) => {
    expect(messages({ certificate: await under(root, options), roots: root.certificate })).toEqual([]);
  });

  test("is refused where a CA above allows fewer below it than there are", async () => {
    const strict = await root.sign("Strict", { pathLength: 0 });
    const mesh = await strict.sign("Mesh");
    const chain = { certificate: mesh.certificate, chain: strict.certificate, roots: root.certificate };
    expect(messages(chain)).toEqual([
      expect.stringMatching(/^chain "CN=Strict" allows 0 CAs below it \(path length\), but there are 1/),
    ]);
    expect(await opensslVerify(mesh, chain)).toMatch(/path length constraint exceeded/);
    const enough = await root.sign("Enough", { pathLength: 1 });
    expect(
      messages({ certificate: await under(enough), chain: enough.certificate, roots: root.certificate }),
    ).toEqual([]);
  });

  test("is refused where the root has expired", async () => {
    const old = await TestCa.root("Old", { from: -3, to: -1 });
    expect(messages({ certificate: await under(old), roots: old.certificate })).toEqual([
      expect.stringMatching(/^roots "CN=Old" expired on/),
    ]);
  });
});

describe("PEM text", () => {
  test("without a certificate, or with a cut one, is refused", async () => {
    const { certificate } = await TestCa.root("Root");
    const lines = certificate.split("\n");
    expect(() => readCertificates("nothing")).toThrow("holds no certificate");
    const cut = [lines[0], ...lines.slice(3)].join("\n");
    expect(() => readCertificates(certificate + cut)).toThrow("or a damaged one");
  });
});

/** What OpenSSL says of a workload's certificate under a chain. */
async function opensslVerify(issuer: TestCa, chain: Parameters<typeof chainFaults>[0]): Promise<string> {
  const workload = await issuer.sign("workload", { isCa: false, usages: KeyUsage.digitalSignature });
  const folder = mkdtempSync(join(tmpdir(), "chain-"));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  try {
    const untrusted = file("untrusted", chain.certificate + (chain.chain ?? ""));
    const leaf = file("workload", workload.certificate);
    const args = ["verify", "-CAfile", file("roots", chain.roots), "-untrusted", untrusted, leaf];
    return execFileSync("openssl", args, { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return String((error as { stderr: unknown }).stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
