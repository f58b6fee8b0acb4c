import * as pulumi from "@pulumi/pulumi";

/** The value of an Output, or its rejection. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

/** Whether an Output has a value already, which in a preview not every one has. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}

/** An Output that has no value yet, as much of what a program makes in a preview. */
export function unknown<T = string>(): pulumi.Output<T> {
  return pulumi.output(pulumi.unknown) as unknown as pulumi.Output<T>;
}
