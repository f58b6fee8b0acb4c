import { enableCompileCache } from "node:module";
import { checkNodeVersion } from "./node-version";

checkNodeVersion(process.versions.node);

/**
 * Shortens every run of the program. Imported before all else, since it holds for what is loaded and made afterwards.
 */
enableCompileCache();

/**
 * The SDK asks for the whole stack, maps each frame to its source and puts it into the state with every resource: of a
 * small resource most of it. Of the frames these are left: the five of its own that it drops, and the place in the program.
 * Errors have their usual ten, since only the SDK lifts the limit.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.256.0/sdk/nodejs/resource.ts `Resource.stackTrace`
 */
const SDK_FRAMES = 6;

/**
 * Maps a stack to the sources as far as somebody reads it. The SDK also keeps one with each of its promises, which it
 * prints for promises that never settled, and only to those who set PULUMI_DEBUG_PROMISE_LEAKS.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.256.0/sdk/nodejs/runtime/debuggable.ts `debuggablePromise`
 */
function framesToMap(frames: NodeJS.CallSite[]): NodeJS.CallSite[] {
  const isOfPromise = frames[0]?.getFunctionName() === "debuggablePromise";
  if (isOfPromise && !process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return [];
  return Error.stackTraceLimit === Infinity ? frames.slice(0, SDK_FRAMES) : frames;
}

const mapToSource = Error.prepareStackTrace?.bind(Error);
if (mapToSource !== undefined) {
  Error.prepareStackTrace = (error, frames): unknown => mapToSource(error, framesToMap(frames));
}
