/** Asking the API. Every failure is an ApiError that says what failed, where, and what to do next. */
import { Signal } from "../base/signal";

const root = new URL("api/v1/", document.baseURI);

/** Counts the answers that put in doubt whether one is still signed in. */
export const doubts = new Signal(0);

export const raiseDoubt = (): void => doubts.set(doubts.get() + 1);

type Method = "GET" | "POST" | "PUT" | "DELETE";

export class ApiError extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    readonly hint: string,
    readonly requestId: string,
    readonly path: string,
    readonly method: Method = "GET",
  ) {
    super(message);
  }

  /** What to paste into an issue. */
  get details(): string {
    return `${this.message}\n${this.hint}\n${this.method} ${this.path}\nstatus ${this.status} ${this.code}\nrequest ${this.requestId || "unknown"}`;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** The address of an API path such as `projects/default/runs`. */
export function apiUrl(path: string, query: Query = {}): URL {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}

export function projectPath(project: string, path: string): string {
  return `projects/${encodeURIComponent(project)}/${path}`;
}

/** The JSON at an API path. Raises ApiError. */
export function getJson<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return ask<T>("GET", apiUrl(path, query), signal ? { signal } : {});
}

/** Changes something: sends `body` as JSON and gives the answer's. Raises ApiError. */
export function sendJson<T>(method: Exclude<Method, "GET">, path: string, body?: unknown): Promise<T> {
  // The server takes JSON alone, which no form of another site can send.
  const content = { body: JSON.stringify(body ?? {}), headers: { "content-type": "application/json" } };
  return ask<T>(method, apiUrl(path), method === "DELETE" ? {} : content);
}

async function ask<T>(method: Method, url: URL, init: RequestInit): Promise<T> {
  const shown = url.pathname + url.search;
  let response: Response;
  try {
    response = await fetch(url, { ...init, method, headers: { accept: "application/json", ...init.headers } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError("The server cannot be reached.", 0, "unreachable", "Is fanlight serve still running?", "", shown, method);
  }
  if (response.status === 204) return null as T;
  if (response.ok) return (await response.json()) as T;
  if (response.status === 401) raiseDoubt();
  throw await failureOf(response, shown, method);
}

interface ErrorBody {
  readonly error?: { readonly code?: string; readonly message?: string; readonly hint?: string; readonly request_id?: string };
}

async function failureOf(response: Response, path: string, method: Method): Promise<ApiError> {
  const body = ((await response.json().catch(() => null)) ?? {}) as ErrorBody;
  const requestId = body.error?.request_id ?? response.headers.get("x-request-id") ?? "";
  const message = body.error?.message ?? `The server answered ${response.status} ${response.statusText}`.trim();
  return new ApiError(message, response.status, body.error?.code ?? "", body.error?.hint ?? "", requestId, path, method);
}
