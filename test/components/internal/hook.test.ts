import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ClusterPrimary, IntermediateCA, RootCA } from "../../../components";
import { hook } from "../../../components/internal/hook";
import { LOAD_BALANCER } from "../../support/deploy";
import { runProgram } from "../../support/mocks";

/** A user's own component, of which the program has one of each type. */
class Team extends pulumi.ComponentResource {
  public constructor(type: string) {
    super(`acme:index:${type}`, type);
    const opts = { parent: this };
    const root = new RootCA("root", {}, opts);
    const { certificate: rootCertificate, privateKey: rootPrivateKey, notAfter: rootNotAfter } = root;
    const ca = new IntermediateCA(
      "east-ca",
      { clusterName: "east", rootCertificate, rootPrivateKey, rootNotAfter },
      opts,
    );
    const { certificate: caCertificate, privateKey: caPrivateKey, certificateChain } = ca;
    const signing = { caCertificate, caPrivateKey, certificateChain, rootCertificate };
    new ClusterPrimary("east", { clusterName: "east", network: "network1", ...signing }, opts);
  }
}

/** The mocks refuse a name that is there twice, as the engine does. */
describe("hooks", () => {
  test("of components of one name under different parents are apart", async () => {
    const program = () => [new Team("Blue"), new Team("Green")];
    await expect(runProgram(program, LOAD_BALANCER)).resolves.toBeDefined();
  });

  test("have the same names in each program, and run at preview too", async () => {
    const program = () => ["checked", "checked", "other"].flatMap((name) => hook(name, () => {}));
    for (const _ of ["first", "second"]) {
      const { result } = await runProgram(program);
      expect(result.map(({ name }) => name)).toEqual(["checked", "checked-2", "other"]);
      expect(result.map(({ opts }) => opts)).toEqual(result.map(() => ({ onDryRun: true })));
    }
  });

  /** Of an inline program of the Automation API the SDK keeps there what a run is, and whether it is a preview. */
  test("know the run that they are of, wherever they are called", async () => {
    const run = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { result } = await runProgram(() =>
      run.run("one run", () => hook("checked", () => void seen.push(run.getStore()))),
    );
    const args = { urn: "", id: "", name: "", type: "" };
    for (const { callback } of result) await callback(args);
    expect(seen).toEqual(["one run"]);
  });
});
