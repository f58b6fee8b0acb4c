import { openStack, type StackPlace } from "../../../ops/stack";

/**
 * Runs `up` in a process of its own, so that a test can kill it, and tells its steps line by line:
 * `start <URN>` and `done <URN>`. Argument: a StackPlace as JSON.
 */
async function main(): Promise<void> {
  const stack = await openStack(JSON.parse(process.argv[2] ?? "") as StackPlace);
  await stack.up({
    onEvent: ({ resourcePreEvent, resOutputsEvent }) => {
      if (resourcePreEvent && resourcePreEvent.metadata.op !== "same") {
        console.log(`start ${resourcePreEvent.metadata.urn}`);
      }
      if (resOutputsEvent && resOutputsEvent.metadata.op !== "same") {
        console.log(`done ${resOutputsEvent.metadata.urn}`);
      }
    },
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
