import { ApiException } from "@kubernetes/client-node";

/** Something that cannot be looked at, so that nothing can be said of it: for want of a way to it, or of a right. */
export class CannotLookError extends Error {
  override readonly name: string = "CannotLookError";
}

/** A cluster whose API cannot be used at all. */
export class UnreachableError extends CannotLookError {
  override readonly name = "UnreachableError";
}

/** Whether an API's answer means that the caller may not ask. */
export function isRefusal(error: unknown): boolean {
  return httpStatus(error) === 401 || httpStatus(error) === 403;
}

/**
 * One line on what went wrong. The client library's own messages hold whole response bodies and headers,
 * and of a network fault they say just "fetch failed".
 */
export function describeError(error: unknown): string {
  if (error instanceof ApiException) return describeApiException(error);
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  if (error.cause !== undefined) return describeError(error.cause);
  const code = (error as NodeJS.ErrnoException).code;
  // Of certificates Node gives advice that is for its own settings, not for a kubeconfig.
  const [message = ""] = error.message.split("; if the root CA is installed locally");
  return message !== "" ? message : (code ?? error.name);
}

/** HTTP status of an answer that the client library made an error of. */
export function httpStatus(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/** What an API answers, or nothing where it has no such object. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (httpStatus(error) === 404) return undefined;
    throw error;
  }
}

function describeApiException({ code, body }: ApiException<unknown>): string {
  const message = statusMessage(body);
  return message === undefined ? `HTTP ${code}` : `HTTP ${code}: ${message}`;
}

/** The message of a Kubernetes Status object, which some paths return parsed and some as text. */
function statusMessage(body: unknown): string | undefined {
  if (typeof body === "object" && body !== null && "message" in body) return String(body.message);
  if (typeof body !== "string" || body === "") return undefined;
  try {
    return statusMessage(JSON.parse(body));
  } catch {
    return body.split("\n", 1)[0]?.slice(0, 200);
  }
}
