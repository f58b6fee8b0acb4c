import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MeshSpec, RootSpec } from "../../../components";
import { decoded, find } from "../../support/components";
import { deploy as deployMesh, LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { type Registration, runFailingProgram } from "../../support/mocks";
import { MOCK_START } from "../../support/pki";
import { mesh } from "../../support/specs";

const program = (spec: MeshSpec) => () => meshProgram(spec);
const inPhase = (root: RootSpec, ca: MeshSpec["ca"] = {}) => mesh(2, { ca: { ...ca, root } });
const deploy = async (spec: MeshSpec) => (await deployMesh(spec)).registrations;

const stashes = (registrations: readonly Registration[]) =>
  registrations
    .filter(({ type, name }) => type === "pulumi:index:Stash" && name.startsWith("root-"))
    .map(({ name, inputs, hooks, dependsOn }) => ({
      name,
      input: inputs["input"],
      hooks: [...new Set(hooks)],
      // Whether it waits for the clusters, or they for it.
      after: dependsOn.filter((dependency) => dependency.endsWith("-cacerts")),
    }));
const gates = (registrations: readonly Registration[]) =>
  find(registrations, "cluster1-cacerts").dependsOn.filter((dependency) => dependency.startsWith("Stash "));

const BOTH_CLUSTERS = ["Secret cluster1-cacerts", "Secret cluster2-cacerts"];
const TRUST_BOTH: RootSpec = { generation: 2, phase: "trust-both" };
const SIGN_NEW: RootSpec = { generation: 2, phase: "sign-new", verified: "trust-both" };
const DROP_OLD: RootSpec = { generation: 2, phase: "drop-old", verified: "sign-new" };

describe("a mesh that rotates its root", () => {
  test("has no more resources than before while it is stable", async () => {
    const registrations = await deploy(inPhase({}));
    expect(stashes(registrations)).toEqual([]);
    expect(find(registrations, "cluster1-cacerts").inputs["metadata"]).toEqual({
      name: "cacerts",
      namespace: "istio-system",
    });
  });

  test("in trust-both records what may sign before, and that all trust the new root after every cluster", async () => {
    const registrations = await deploy(inPhase(TRUST_BOTH));
    expect(stashes(registrations)).toEqual([
      { name: "root-2-signers", input: "either", hooks: ["root-2-signers-order"], after: [] },
      { name: "root-2-trusted", input: true, hooks: [], after: BOTH_CLUSTERS },
    ]);
    expect(gates(registrations)).toEqual(["Stash root-2-signers"]);
  });

  test("in sign-new waits for the record of trust, and records the new signer after every cluster", async () => {
    const registrations = await deploy(inPhase(SIGN_NEW));
    expect(stashes(registrations)).toEqual([
      { name: "root-2-signers", input: "new", hooks: ["root-2-signers-order"], after: BOTH_CLUSTERS },
      { name: "root-2-trusted", input: true, hooks: ["root-2-trusted-order"], after: [] },
    ]);
    expect(gates(registrations)).toEqual(["Stash root-2-trusted"]);
  });

  test("in drop-old waits for both records", async () => {
    const registrations = await deploy(inPhase(DROP_OLD));
    expect(stashes(registrations).map(({ input, after }) => [input, after])).toEqual([
      ["new, old dropped", []],
      [true, []],
    ]);
    expect(gates(registrations)).toEqual(["Stash root-2-signers", "Stash root-2-trusted"]);
  });

  test.each([
    ["trust-both", TRUST_BOTH, "root-ca-key", 2],
    ["sign-new", SIGN_NEW, "root-ca-2-key", 2],
    ["drop-old", DROP_OLD, "root-ca-2-key", 1],
    ["stable", { generation: 2 }, "root-ca-2-key", 1],
  ])("in %s gives every cluster its phase, signer and bundle", async (phase, root, signer, bundled) => {
    const registrations = await deploy(inPhase(root));
    for (const name of ["cluster1", "cluster2"]) {
      const { inputs, hooks } = find(registrations, `${name}-cacerts`);
      expect(inputs["metadata"]).toMatchObject({
        annotations: { "istio-multicluster/root-phase": `2/${phase}` },
      });
      expect(hooks).toEqual([`${name}-cacerts-root-phase`]);
      expect(decoded(inputs["data"])["root-cert.pem"]?.match(/BEGIN CERTIFICATE/g)).toHaveLength(bundled);
      expect(find(registrations, `${name}-ca-certificate`).inputs["caPrivateKeyPem"]).toContain(signer);
    }
  });

  test("tells its roots apart by their names, and keeps the first one's", async () => {
    const registrations = await deploy(inPhase(TRUST_BOTH));
    const subjects = ["root-ca-certificate", "root-ca-2-certificate"].map(
      (name) => find(registrations, name).inputs["subject"],
    );
    expect(subjects).toEqual([
      { commonName: "Root CA", organization: "Istio" },
      { commonName: "Root CA 2", organization: "Istio" },
    ]);
  });

  test.each([
    ["sign-new", SIGN_NEW, ["root-ca-2-certificate", "root-ca-2-key", "root-ca-certificate", "root-ca-key"]],
    ["drop-old", DROP_OLD, ["root-ca-2-certificate", "root-ca-2-key"]],
    ["stable", { generation: 2 }, ["root-ca-2-certificate", "root-ca-2-key"]],
  ])("in %s protects each root that somebody trusts", async (_, root, expected) => {
    const registrations = await deploy(inPhase(root));
    const names = registrations.filter(({ protect, type }) => protect && type.startsWith("tls:"));
    expect(names.map(({ name }) => name).sort()).toEqual(expected);
  });

  test("does not believe that a cluster is done that was skipped", async () => {
    const { failures, registrations } = await runFailingProgram(program(inPhase(TRUST_BOTH)), {
      ...LOAD_BALANCER,
      skipped: ["cluster2-cacerts"],
    });
    expect(failures.join()).toContain("1 of 2 clusters could not be brought to root phase 2/trust-both");
    expect(registrations.map(({ name }) => name)).not.toContain("root-2-trusted");
  });
});

describe("the key of an intermediate", () => {
  const trigger = async (ca: MeshSpec["ca"]) =>
    find(await deploy(mesh(1, { ca })), "cluster1-ca-key").replacementTrigger;

  test("is replaced with each epoch, and with each root that signs", async () => {
    const triggers = [
      await trigger({}),
      await trigger({ root: TRUST_BOTH }),
      await trigger({ intermediateEpoch: 2 }),
      await trigger({ root: SIGN_NEW }),
    ];
    expect(triggers).toEqual(["1.1.1", "1.1.1", "2.1.1", "1.1.2"]);
  });
});

describe("an end that comes near", () => {
  const DAY = 24 * 60 * 60 * 1000;
  const onDay = (day: number) => vi.setSystemTime(Date.parse(MOCK_START) + day * DAY);
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.spyOn(pulumi.log, "warn").mockImplementation(async (text) => void warnings.push(text));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const shortLived = (root: RootSpec = {}) =>
    inPhase(root, { intermediateValidityDays: 100, rootValidityDays: 1000, expiryWarningDays: 10 });

  test("is not told before its time", async () => {
    onDay(89);
    await deploy(shortLived());
    expect(warnings).toEqual([]);
  });

  test("is told of each cluster, with what to do", async () => {
    onDay(91);
    await deploy(shortLived());
    expect(warnings.sort()).toEqual(
      ["cluster1", "cluster2"].map((name) =>
        expect.stringMatching(
          new RegExp(
            `^the intermediate CA of ${name} expires in 9 days, on .*; raise ca.intermediateEpoch, or intermediateEpoch of ${name}$`,
          ),
        ),
      ),
    );
  });

  test.each([false, true])("fails when it is there, at preview too (%s)", async (preview) => {
    onDay(101);
    const { failures } = await runFailingProgram(program(shortLived()), { ...LOAD_BALANCER, preview });
    expect(failures.join()).toMatch(/the intermediate CA of cluster\d expired on/);
  });

  test("does not fail the preview that replaces what has expired", async () => {
    onDay(101);
    const unmade = ["cluster1-ca-certificate", "cluster2-ca-certificate"];
    await deployMesh(shortLived(), { ...LOAD_BALANCER, preview: true, unmade });
    expect(warnings).toEqual([]);
  });

  test("of a root that is on its way out is told, and does not hold its successor back", async () => {
    onDay(1001);
    const { failures } = await runFailingProgram(program(shortLived(SIGN_NEW)), LOAD_BALANCER);
    expect(failures.join()).toContain("root 2 of the mesh expired on");
    expect(failures.join()).not.toContain("root 1 of the mesh");
    expect(warnings.join()).toContain("root 1 of the mesh expired on");
  });
});

describe("settings of roots", () => {
  const warningsOf = async (spec: MeshSpec, kept: Record<string, Record<string, unknown>> = {}) => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    await deployMesh(spec, { ...LOAD_BALANCER, kept });
    const texts = warn.mock.calls.map(([text]) => text).filter((text) => text.startsWith("root "));
    warn.mockRestore();
    return texts;
  };
  const p256 = { "root-ca-key": { algorithm: "ECDSA", ecdsaCurve: "P256" } };

  test("hold for the next root, and of the one that there is a warning says what it keeps", async () => {
    expect(await warningsOf(mesh(1))).toEqual([]);
    expect(await warningsOf(mesh(1), p256)).toEqual([
      "root 1 of the mesh keeps what it was made with: ca.rootAlgorithm (ECDSA-P256). " +
        "What the config says now holds for root 2; docs/rotation.md says how the mesh gets it",
    ]);
    // In a rotation it is the new root that is to be as the config says.
    expect(await warningsOf(inPhase(TRUST_BOTH), p256)).toEqual([]);
  });
});
