import * as pulumi from "@pulumi/pulumi";

/** A text that nobody can know before `up`; only for previews. */
export function unknown(): pulumi.Output<string> {
  return pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
}
