import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { zstdDecompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { stackEnvironment } from "../../../ops/stack";
import type { Suite } from "../support/suite";

/** Enough of a key or token to be no accident, little enough to lie within the secret part and one line. */
const NEEDLE_LENGTH = 40;

/** No private key and no token can be read in state, preview, logs or outputs. */
export function secrecyScenario(suite: Suite): void {
  test("keys and tokens are nowhere in the clear; with --show-secrets they are found", async () => {
    const secrets = { ...clusterSecrets(suite), "root key": needlesOfPem(stateKey(suite, "root-ca-key")) };
    expect(Object.keys(secrets).length).toBe(3 * 2 + 1);
    expect(await leaks(suite, secrets)).toEqual([]);
    expect(inState(suite, secrets)).toEqual(Object.keys(secrets));
  });
}

/** What to look for, per secret: as it stands and encoded once more, from each of the three base64 alignments. */
export type Secrets = Readonly<Record<string, readonly string[]>>;

/** Where secrets can be read that nobody may read there. */
export async function leaks(suite: Suite, secrets: Secrets): Promise<string[]> {
  const places = await publicPlaces(suite);
  return Object.entries(places).flatMap(([place, text]) =>
    foundIn(text, secrets).map((secret) => `${secret} in ${place}`),
  );
}

/** The secrets that the state has, encrypted or not. */
export function inState(suite: Suite, secrets: Secrets): string[] {
  return foundIn(pulumi(suite, "stack", "export", "--show-secrets"), secrets);
}

function foundIn(text: string, secrets: Secrets): string[] {
  const found = Object.entries(secrets).filter(([, needles]) =>
    needles.some((needle) => text.includes(needle)),
  );
  return found.map(([secret]) => secret);
}

/** The secrets of every cluster of a mesh. */
export function clusterSecrets(suite: Suite): Secrets {
  const secrets: Record<string, string[]> = {};
  for (const { name } of suite.lab.clusters) {
    const data = (secret: string) =>
      JSON.parse(suite.kubectl(name, "get", "secret", "-n", "istio-system", secret, "-o", "json")).data;
    secrets[`CA key of ${name}`] = needlesOfPem(decode(data("cacerts")["ca-key.pem"]));
    const token = decode(data("istio-multicluster-reader-token").token);
    secrets[`reader token of ${name}`] = needles(token.split(".")[2] ?? "");
  }
  return secrets;
}

/** A private key in the state, PEM. @param name - of its resource */
export function stateKey(suite: Suite, name: string): string {
  const { resources } = JSON.parse(pulumi(suite, "stack", "export", "--show-secrets")).deployment;
  const found = resources.find(({ urn }: { urn: string }) => urn.endsWith(`::${name}`));
  return plaintext(found.outputs.privateKeyPem);
}

function plaintext(value: string | { plaintext: string }): string {
  return typeof value === "string" ? value : JSON.parse(value.plaintext);
}

/**
 * The part of a key's body that holds the secret number: after a header of 7 or 8 bytes, at the beginning of an EC key, and
 * of 35 or 36 bytes in PKCS #8. What follows it is the public key, which may be seen anywhere.
 */
export function needlesOfPem(pem: string): string[] {
  const body = pem.replace(/-----.*-----/g, "").replace(/\s/g, "");
  const headerCharacters = pem.includes("BEGIN PRIVATE KEY") ? 48 : 12;
  return needles(body.slice(headerCharacters));
}

function needles(text: string): string[] {
  const needle = text.slice(0, NEEDLE_LENGTH);
  const encoded = [0, 1, 2].map((skip) => {
    const whole = needle.slice(skip, skip + Math.floor((needle.length - skip) / 3) * 3);
    return Buffer.from(whole).toString("base64");
  });
  return [needle, ...encoded];
}

async function publicPlaces(suite: Suite): Promise<Record<string, string>> {
  const stateDir = join(suite.place.stateDir, ".pulumi");
  const files = readdirSync(stateDir, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const logged: string[] = [];
  await suite.stack.preview({ diff: true, logVerbosity: 1, onOutput: (text) => logged.push(text) });
  return {
    "the state and its history": files
      .map((entry) => readState(join(entry.parentPath, entry.name)))
      .join("\n"),
    "the exported state": pulumi(suite, "stack", "export"),
    "the outputs": pulumi(suite, "stack", "output", "--json"),
    "the detailed preview": logged.join(""),
    "the history": pulumi(suite, "stack", "history", "--json"),
  };
}

/** The text of a file of the backend, which compresses states. */
function readState(file: string): string {
  const content = readFileSync(file);
  const isCompressed = content.subarray(0, ZSTD_MAGIC.length).equals(ZSTD_MAGIC);
  return (isCompressed ? zstdDecompressSync(content) : content).toString();
}

/** @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
const ZSTD_MAGIC = Buffer.from("28b52ffd", "hex");

/** Runs a command of Pulumi on a suite's stack. */
export function pulumi(suite: Suite, ...args: string[]): string {
  return execFileSync(suite.place.pulumi, [...args, "--stack", suite.place.stack], {
    cwd: suite.place.workDir,
    env: { ...process.env, ...stackEnvironment(suite.place) },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString();
}
