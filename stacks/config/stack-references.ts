import * as pulumi from "@pulumi/pulumi";
import type { OutputsOf } from "../mesh/split/told";

/** Gives an output of another stack: text, or what is none as JSON. */
export type OutputOf = (stack: string, output: string) => pulumi.Output<string>;

/**
 * Reads all outputs of other stacks of the same mesh, as they are now. It is the function behind a `StackReference`
 * without the resource, which would keep all of them in this stack's state: the keys of every cluster in each other's.
 * And it can be asked for a stack that is not there yet.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.256.0/pkg/resource/deploy/builtins.go `readStackOutputs`
 */
export function currentOutputs(): OutputsOf {
  const known = new Map<string, ReturnType<OutputsOf>>();
  return (stack) => {
    const outputs = known.get(stack) ?? read(`${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`);
    known.set(stack, outputs);
    return outputs;
  };
}

async function read(name: string): ReturnType<OutputsOf> {
  try {
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    return (answer as { readonly outputs: Readonly<Record<string, unknown>> }).outputs;
  } catch (error) {
    if (error instanceof Error && error.message.includes("unknown stack")) return undefined;
    throw error;
  }
}

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
