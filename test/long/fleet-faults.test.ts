import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MESH, serverOf, TrialFleet } from "./support/trial-fleet";

const WRONG_PASSPHRASE = /the passphrase is not the stack's; correct PULUMI_CONFIG_PASSPHRASE/;

/** What goes wrong with a fleet for whoever runs it: each is told by what it is, where it is and how to mend it. */
describe("a mesh in several stacks", () => {
  let trial: TrialFleet;

  beforeAll(async () => {
    trial = await TrialFleet.start();
  });
  afterAll(() => trial.remove());

  test.each(["status", "preview", "up"])("without a login ends its %s", async (command) => {
    const { stderr, exitCode } = await trial.run(command, { PULUMI_BACKEND_URL: "" });
    expect(stderr).toBe("Pulumi is not logged in; run pulumi login, or set PULUMI_BACKEND_URL");
    expect(exitCode).toBe(1);
  });

  test("whose clusters do not answer gets its root, and tells which and where", async () => {
    const { stdout, stderr, exitCode } = await trial.run("up --parallel 2");
    expect(stdout).toMatch(/^prod\.trust: \d+ create in \d+ s$/m);
    for (const [index, cluster] of ["cluster1", "cluster2"].entries()) {
      expect(stdout).toMatch(new RegExp(`^prod\\.cluster\\.${cluster}: failed$`, "m"));
      expect(stdout).toMatch(
        new RegExp(
          `^prod\\.cluster\\.${cluster}: warning: access of clusters\\[${index}\\].*: the API server does not answer`,
          "m",
        ),
      );
      expect(stdout).toContain(serverOf(index));
    }
    expect(stderr).toMatch(
      /^wave primaries ended with prod\.cluster\.cluster1, prod\.cluster\.cluster2; mend/,
    );
    expect(exitCode).toBe(1);
  });

  test("previews what can be, and warns of the clusters", async () => {
    const { stdout } = await trial.run("preview");
    expect(stdout).toMatch(/^prod\.trust: no change$/m);
    expect(stdout).toMatch(
      /^prod\.cluster\.cluster1: .*\n {2}warning: access of clusters\[0\].*does not answer/m,
    );
    expect(stdout).toMatch(/^prod\.links: is yet to be made/m);
  });

  test("of which a killed up has left half a file goes on, and says what mends that where it may not", async () => {
    const torn = trial.tear("prod.trust");
    for (const command of ["status", "preview", "split"]) {
      const { stderr, exitCode } = await trial.run(command);
      expect(stderr).toBe(
        'stack prod.trust keeps Pulumi from listing any stack; if its pulumi was killed, "npm run recover -- --stack prod.trust" mends that',
      );
      expect(exitCode).toBe(1);
    }
    const unlock = trial.lock("prod.trust", process.pid);
    expect((await trial.run("up")).stderr).toMatch(/^stack prod\.trust is in use by me's process \d+/);
    unlock();
    const { stdout } = await trial.run("up --parallel 2");
    expect(stdout).toContain(`prod.trust: removed the torn file ${torn}\n`);
    expect(stdout).toMatch(/^prod\.trust: no change/m);
  });

  describe("with a wrong passphrase", () => {
    const env = { PULUMI_CONFIG_PASSPHRASE: "wrong" };

    test("says so of every stack that it previews", async () => {
      const { stdout, exitCode } = await trial.run("preview", env);
      for (const stack of ["trust", "cluster.cluster1", "cluster.cluster2"])
        expect(stdout).toMatch(new RegExp(`^prod\\.${stack}: failed\n${WRONG_PASSPHRASE.source}`, "m"));
      expect(exitCode).toBe(1);
    });

    test("ends its up before any cluster", async () => {
      const { stdout, stderr, exitCode } = await trial.run("up", env);
      expect(stdout).toMatch(WRONG_PASSPHRASE);
      expect(stderr).toMatch(/^wave trust ended with prod\.trust/);
      expect(exitCode).toBe(1);
    });

    test("still lists its stacks", async () => {
      const { stdout, exitCode } = await trial.run("status", env);
      expect(stdout).toMatch(/^trust +prod\.trust +\d+/m);
      expect(exitCode).toBe(0);
    });
  });

  test("of which a stack is in use says by whom, and is previewed all the same", async () => {
    const unlock = trial.lock(`${MESH}.trust`, process.pid);
    const refused = await trial.run("up");
    expect(refused.stdout).toMatch(
      new RegExp(
        `^prod\\.trust: failed\nstack prod\\.trust is in use by me's process ${process.pid} on `,
        "m",
      ),
    );
    expect(refused.exitCode).toBe(1);
    expect((await trial.run("preview")).stdout).toMatch(/^prod\.trust: no change$/m);
    unlock();
  });

  test("that is interrupted while it is previewed says what it knows, and ends", async () => {
    const { output, exitCode } = await trial.interrupt("preview --parallel 1", /^prod\.trust: /m);
    expect(output).toMatch(/^prod\.trust: no change$/m);
    expect(output).toContain("ending once the stacks that run have ended");
    expect(output.trimEnd()).toMatch(/^ended by SIGINT; a preview changes nothing$/m);
    expect(output).not.toContain("prod.links");
    // Or none, where the shell between npm and the command is ended by the signal.
    expect(exitCode).not.toBe(0);
  });

  describe("whose files are not as they were", () => {
    const part = `Pulumi.${MESH}.cluster.cluster1.yaml`;
    const mended: (() => void)[] = [];
    const replace = (name: string, text: string) => {
      const file = trial.file(name);
      const before = readFileSync(file, "utf8");
      writeFileSync(file, text);
      mended.push(() => writeFileSync(file, before));
    };
    afterEach(() => {
      for (const mend of mended.splice(0)) mend();
    });

    test.each(["status", "preview", "up"])(
      "names the mesh's, which is no YAML, in its %s",
      async (command) => {
        replace(`Pulumi.${MESH}.yaml`, "config:\n  istio-multicluster:mesh:\n   clusters:\n  - a: b: c\n");
        const { stdout, stderr, exitCode } = await trial.run(command);
        expect(stdout).toBe("");
        expect(stderr).toMatch(
          /Pulumi\.prod\.yaml is no YAML: .* at line \d+, column \d+; check the indentation/,
        );
        expect(exitCode).toBe(1);
      },
    );

    test("tells all that is wrong with the mesh before any stack is touched", async () => {
      const [first, second] = trial.mesh["clusters"] as object[];
      trial.describe({ ...trial.mesh, clusters: [first, { ...second, netwrok: "n", access: {} }] });
      mended.push(() => trial.describe(trial.mesh));
      const { stdout, stderr } = await trial.run("up");
      expect(stdout).toBe("");
      expect(stderr).toMatch(
        /^istio-multicluster:mesh of Pulumi\.prod\.yaml has \d problems?; nothing was touched:/,
      );
      expect(stderr).toContain("clusters[1].access");
    });

    test("names a part's, which is no YAML, and previews the others", async () => {
      replace(part, "config:\n  a: b: c\n");
      const { stdout, exitCode } = await trial.run("preview");
      expect(stdout).toMatch(
        /^prod\.cluster\.cluster1: failed\n.*Pulumi\.prod\.cluster\.cluster1\.yaml is no YAML/m,
      );
      expect(stdout).toMatch(/^prod\.cluster\.cluster2: \d+ create/m);
      expect(exitCode).toBe(1);
      expect((await trial.run("up")).stdout).toMatch(
        /cluster1: failed\n.*cluster1\.yaml (is no YAML|cannot be read)/,
      );
    });

    test("says which is missing where the stack is there, and what writes it", async () => {
      const file = trial.file(part);
      renameSync(file, `${file}.away`);
      mended.push(() => renameSync(`${file}.away`, file));
      const { stdout } = await trial.run("preview");
      expect(stdout).toMatch(
        /^prod\.cluster\.cluster1: failed\nPulumi\.prod\.cluster\.cluster1\.yaml does not say .*part: cluster\/cluster1 and .*partOf: prod; fetch .* npm run fleet -- up --stack prod/m,
      );
      expect(existsSync(file)).toBe(false);
    });

    test("names a stack whose cluster is not in the config, and what removes it", async () => {
      const [first] = trial.mesh["clusters"] as object[];
      trial.describe({ ...trial.mesh, clusters: [first], sampleApps: undefined });
      mended.push(() => trial.describe(trial.mesh));
      const left =
        /^prod\.cluster\.cluster2: its cluster is not in the config; .*pulumi destroy --remove --stack prod\.cluster\.cluster2/m;
      expect((await trial.run("preview")).stdout).toMatch(left);
      expect((await trial.run("up")).stdout).toMatch(left);
      expect((await trial.run("status")).stdout).toMatch(/^not in the config +prod\.cluster\.cluster2/m);
    });

    test("refuses to make a renamed cluster a second time", async () => {
      const [first, second] = trial.mesh["clusters"] as object[];
      const renamed = { ...second, name: "east", formerName: "cluster2" };
      trial.describe({ ...trial.mesh, clusters: [first, renamed], sampleApps: undefined });
      mended.push(() => trial.describe(trial.mesh));
      for (const command of ["preview", "up"]) {
        const { stderr, exitCode } = await trial.run(command);
        expect(stderr).toBe(
          "cluster east has its stack under its former name; run pulumi stack rename --stack prod.cluster.cluster2 prod.cluster.east, and then this",
        );
        expect(exitCode).toBe(1);
      }
    });
  });
});
