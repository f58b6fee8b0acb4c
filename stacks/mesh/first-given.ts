import * as pulumi from "@pulumi/pulumi";
import type { Placed } from "./scope";

/** What a stash was first given, which it keeps, and which previews know as well. */
export function firstGiven({ name, opts }: Placed, input: pulumi.Input<string>): pulumi.Output<string> {
  const { output } = new pulumi.Stash(name, { input }, opts);
  return output.apply(String);
}
