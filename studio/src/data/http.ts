/** Reading from the API. Every failure is an ApiError that says what failed, where, and what to do next. */

const root = new URL("api/v1/", document.baseURI);

export class ApiError extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    readonly hint: string,
    readonly requestId: string,
    readonly path: string,
  ) {
    super(message);
  }

  /** What to paste into an issue. */
  get details(): string {
    return `${this.message}\n${this.hint}\nGET ${this.path}\nstatus ${this.status} ${this.code}\nrequest ${this.requestId || "unknown"}`;
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
export async function getJson<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const url = apiUrl(path, query);
  const shown = url.pathname + url.search;
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server cannot be reached.", 0, "unreachable", "Is fanlight serve still running?", "", shown);
  }
  if (response.ok) return (await response.json()) as T;
  throw await failureOf(response, shown);
}

interface ErrorBody {
  readonly error?: { readonly code?: string; readonly message?: string; readonly hint?: string; readonly request_id?: string };
}

async function failureOf(response: Response, path: string): Promise<ApiError> {
  const body = ((await response.json().catch(() => null)) ?? {}) as ErrorBody;
  const requestId = body.error?.request_id ?? response.headers.get("x-request-id") ?? "";
  const message = body.error?.message ?? `The server answered ${response.status} ${response.statusText}`.trim();
  return new ApiError(message, response.status, body.error?.code ?? "", body.error?.hint ?? "", requestId, path);
}
