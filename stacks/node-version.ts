import { RunError } from "@pulumi/pulumi/errors";
import { satisfies } from "semver";
import { engines } from "../package.json";

/**
 * Refuses a Node.js that this program cannot run on: npm only warns, and Pulumi takes the first `node` on PATH.
 *
 * @throws RunError, which Pulumi shows without a stack
 */
export function checkNodeVersion(version: string): void {
  if (satisfies(version, engines.node)) return;
  throw new RunError(
    `this program needs Node.js ${engines.node}, and Pulumi runs it with ${version}, the first node on PATH: ` +
      "install a newer one, or put it first on PATH",
  );
}
