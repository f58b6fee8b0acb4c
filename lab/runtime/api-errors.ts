import { ApiException } from "@kubernetes/client-node";

/** What went wrong, in the API server's own words if it answered. */
export function describeError(error: unknown): string {
  if (!(error instanceof ApiException)) return error instanceof Error ? error.message : String(error);
  try {
    return (JSON.parse(error.body as string) as { message: string }).message;
  } catch {
    return `status ${error.code}`;
  }
}

/** Passes over answers of the API server that are expected. */
export function ignore(...codes: number[]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ApiException && codes.includes(error.code))) throw error;
  };
}
