import { ApiError } from "./http";

/** An error as its panel shows it. */
export function failureOf(title: string, error: Error): {
  readonly title: string;
  readonly message: string;
  readonly hint: string;
  readonly requestId: string;
  readonly details: string;
} {
  if (error instanceof ApiError) {
    return { title, message: error.message, hint: error.hint, requestId: error.requestId, details: `${title}\n${error.details}` };
  }
  return { title, message: error.message, hint: "", requestId: "", details: `${title}\n${error.stack ?? error.message}` };
}

/** The server's word on a filter that it could not read, or null when the error is another one. */
export function filterProblemOf(error: Error | null, q: string): { readonly message: string; readonly hint: string } | null {
  if (q === "" || !(error instanceof ApiError) || error.status !== 400) return null;
  return { message: error.message, hint: error.hint };
}

/** Whether the project itself is not there, which its first telemetry may change. */
export function isMissing(error: Error): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function isForbidden(error: Error): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

/** What the server said to something that was to be done. */
export function refusalOf(error: unknown): { readonly message: string; readonly hint: string } {
  if (error instanceof ApiError) return { message: error.message, hint: error.hint };
  return { message: error instanceof Error ? error.message : String(error), hint: "" };
}
