import { CommandError } from "@pulumi/pulumi/automation";

/** What Pulumi's CLI says of mistakes that are made at the first try, and how to mend each. */
const MENDS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/spawn pulumi ENOENT/, () => "Pulumi's CLI is not on PATH; install it, README.md says which version"],
  [
    /PULUMI_ACCESS_TOKEN must be set/,
    () => "Pulumi is not logged in; run pulumi login, or set PULUMI_BACKEND_URL",
  ],
  [
    /no stack named '(.*)' found/,
    ([, stack]) =>
      `there is no stack ${stack} in the backend that Pulumi is logged in to; name yours with --stack ` +
      `("pulumi stack ls" lists them), or make it: pulumi stack init ${stack}`,
  ],
  [
    /passphrase must be set/,
    () =>
      "the stack's secrets are locked; set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, " +
      "since this command does not ask for the passphrase",
  ],
  [
    /incorrect passphrase/,
    () =>
      "the passphrase is not the stack's; correct PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
  ],
  [
    /--stack (\S+)[^]*the stack is currently locked by .*\n[^]*?: created by (.*)@(\S+) \(pid (\d+)\) at (\S+)/,
    ([, stack, user, host, pid, since]) =>
      inUse(stack, `${user}'s process ${pid} on ${host}, since ${since}`, "npm run recover --"),
  ],
  [
    /--stack (\S+)[^]*\[409\] Conflict: Another update is currently in progress/,
    ([, stack]) => inUse(stack, "another update", "pulumi cancel"),
  ],
  [
    /error: stack '(?:\S+\/)?(\S+)' already exists/,
    ([, stack]) =>
      `stack ${stack} was made by another command at the same time; let that one finish, and run this again`,
  ],
  [
    /--stack (\S+)[^]*error: (.*yaml: [^]*?)\n err\?:/,
    ([, stack, reason]) =>
      `Pulumi.${stack}.yaml cannot be read: ${reason}; check the indentation around that line, or before it`,
  ],
];

function inUse(stack: string | undefined, holder: string, recover: string): string {
  return (
    `stack ${stack} is in use by ${holder}; let it finish, or, if it was killed, ` +
    `run ${recover} --stack ${stack}, and then this again`
  );
}

/** What to do where a killed `pulumi` has left a stack such that it hinders the next one. */
export function mendOfKilled(stack: string): string {
  return `if its pulumi was killed, "npm run recover -- --stack ${stack}" mends that`;
}

/** What to tell a user of an error that ends a command. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof CommandError)) return error.message;
  for (const [pattern, mend] of MENDS) {
    const match = pattern.exec(error.message);
    if (match !== null) return mend(match);
  }
  // The Automation API says everything twice.
  const [, stdout = error.message, stderr = ""] =
    /^code: \S+\n stdout: ([^]*?)\n stderr: ([^]*?)\n err\?: /.exec(error.message) ?? [];
  return `${stdout.trim()}\n${stderr.trim()}`.trim();
}
