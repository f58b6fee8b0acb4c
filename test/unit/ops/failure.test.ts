import { CommandError } from "@pulumi/pulumi/automation";
import { expect, onTestFinished, test, vi } from "vitest";
import { describeFailure } from "../../../ops/failure";
import { verify } from "../../../ops/verify";

/** An error as the Automation API makes it. */
function failed(command: string, stderr: string): CommandError {
  const text = `Command failed with exit code 1: ${command} --non-interactive\n${stderr}`;
  const result = `code: -2\n stdout: \n stderr: ${text}\n err?: Error: ${text}\n`;
  return new (CommandError as new (result: unknown) => CommandError)(result);
}

const select = "pulumi stack select --stack prod";
const config = "pulumi config --show-secrets --json --stack prod";

test.each([
  [
    "a stack that is not there",
    failed(select, "error: no stack named 'prod' found"),
    'there is no stack prod in the backend that Pulumi is logged in to; name yours with --stack ("pulumi stack ls" lists them), or make it: pulumi stack init prod',
  ],
  [
    "a passphrase that is not given",
    failed(
      config,
      "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    ),
    "the stack's secrets are locked; set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, since this command does not ask for the passphrase",
  ],
  [
    "a wrong passphrase",
    failed(config, "error: get stack secrets manager: incorrect passphrase"),
    "the passphrase is not the stack's; correct PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
  ],
  [
    "a config file that is no YAML",
    failed(config, "error: invalid YAML file: yaml: line 12: did not find expected '-' indicator"),
    "Pulumi.prod.yaml cannot be read: invalid YAML file: yaml: line 12: did not find expected '-' indicator; check the indentation around that line, or before it",
  ],
  [
    "a config file with a key twice",
    failed(
      config,
      'error: yaml: unmarshal errors:\n  line 21: mapping key "config" already defined at line 2',
    ),
    'Pulumi.prod.yaml cannot be read: yaml: unmarshal errors:\n  line 21: mapping key "config" already defined at line 2; check the indentation around that line, or before it',
  ],
  [
    "no login",
    failed(select, "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"),
    "Pulumi is not logged in; run pulumi login, or set PULUMI_BACKEND_URL",
  ],
  [
    "a stack that somebody else runs",
    failed(
      "pulumi up --yes --event-log tcp://127.0.0.1:1 --stack prod.trust",
      "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
        "  file:///state/.pulumi/locks/a.json?no_tmp_dir=true: created by me@laptop (pid 315) at 2026-11-28T22:15:05Z",
    ),
    "stack prod.trust is in use by me's process 315 on laptop, since 2026-11-28T22:15:05Z; let it finish, or, if it was killed, run npm run recover -- --stack prod.trust, and then this again",
  ],
  [
    "the same in Pulumi Cloud",
    failed(
      "pulumi up --yes --stack prod.trust",
      "error: [409] Conflict: Another update is currently in progress.\nTo learn more",
    ),
    "stack prod.trust is in use by another update; let it finish, or, if it was killed, run pulumi cancel --stack prod.trust, and then this again",
  ],
  [
    "a stack that somebody else makes at the same time",
    failed(
      "pulumi stack init prod.trust",
      "error: stack 'organization/istio-multicluster/prod.trust' already exists",
    ),
    "stack prod.trust was made by another command at the same time; let that one finish, and run this again",
  ],
  [
    "anything else, once",
    failed(select, "error: the disk is full"),
    `Command failed with exit code 1: ${select} --non-interactive\nerror: the disk is full`,
  ],
  ["an error of this program", new Error("no"), "no"],
])("%s is told with its mend", (_, error, message) => {
  expect(describeFailure(error)).toBe(message);
});

test("a command without Pulumi's CLI says so, and nothing else", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  vi.stubEnv("PATH", "/nowhere");
  vi.stubEnv("PULUMI_BACKEND_URL", "file:///nowhere");
  expect(await verify({ stack: "none" })).toBe(2);
  expect(said.mock.calls).toEqual([
    ["Pulumi's CLI is not on PATH; install it, README.md says which version"],
  ]);
});
