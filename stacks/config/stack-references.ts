import * as pulumi from "@pulumi/pulumi";

/** Gives an output of another stack: text, or what is none as JSON. */
export type OutputOf = (stack: string, output: string) => pulumi.Output<string>;

/** Reads outputs of other stacks. One reference for all of a stack: the engine refuses a second one of the same name. */
export function stackOutputs(): OutputOf {
  const references = new Map<string, pulumi.StackReference>();
  return (stack, output) => {
    const reference = references.get(stack) ?? new pulumi.StackReference(stack);
    references.set(stack, reference);
    return reference
      .requireOutput(output)
      .apply((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  };
}
