/** What Studio reads from the API, as queries: one function a question. */
import { QueryClient, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { zoneName } from "../base/zone";
import type { Failure, Finding, LedgerSnapshot, Page, Project, Run, Server, Span, Stats, TraceStructure } from "../model/api";
import { boundsOf, type Range } from "../model/range";
import type { About, Group, Interval, Usage } from "../model/usage";
import { ApiError, getJson, projectPath } from "./http";

/** Only a server that cannot be reached or failed is asked again by itself; a refusal stays a refusal. */
function mayRetry(count: number, error: Error): boolean {
  return count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

export const queries = new QueryClient({
  defaultOptions: { queries: { retry: mayRetry, staleTime: 30_000, gcTime: 300_000, refetchOnWindowFocus: false } },
});

export const RUNS_PAGE = 100;

export const serverQuery = () =>
  queryOptions({ queryKey: ["server"], queryFn: ({ signal }) => getJson<Server>("server", {}, signal) });

export const projectsQuery = () =>
  queryOptions({ queryKey: ["projects"], queryFn: ({ signal }) => getJson<Page<Project>>("projects", {}, signal) });

export const statsQuery = (project: string) =>
  queryOptions({
    queryKey: ["stats", project],
    queryFn: ({ signal }) => getJson<Stats>(projectPath(project, "stats"), {}, signal),
    staleTime: 0,
  });

/** What became of what was sent, since the server started. */
export const healthQuery = (project: string) =>
  queryOptions({
    queryKey: ["health", project],
    queryFn: ({ signal }) => getJson<LedgerSnapshot>(projectPath(project, "health"), {}, signal),
    staleTime: 0,
  });

export const findingsQuery = (project: string) =>
  queryOptions({
    queryKey: ["findings", project],
    queryFn: async ({ signal }): Promise<readonly Finding[]> =>
      (await getJson<Page<Finding>>(projectPath(project, "findings"), { limit: 1000 }, signal)).items,
  });

/** Why a run failed; asked anew when the run has changed, which `version` tells. */
export const failureQuery = (project: string, id: string, version: string) =>
  queryOptions({
    queryKey: ["failure", project, id, version],
    queryFn: ({ signal }) => getJson<Failure>(projectPath(project, `runs/${encodeURIComponent(id)}/failure`), {}, signal),
  });

/** What runs came to; days and weeks begin in the zone that is shown. */
export const usageQuery = (project: string, about: About, q: string, range: Range, group: Group | "", interval: Interval | "") =>
  queryOptions({
    queryKey: ["usage", project, about, q, range.from, range.to, group, interval, zoneName()],
    queryFn: ({ signal }) =>
      getJson<Usage>(projectPath(project, `usage/${about}`), { q, ...boundsOf(range, Date.now()), group, interval, tz: zoneName() }, signal),
    staleTime: 0,
  });

export const runsQuery = (project: string, q: string, range: Range) =>
  infiniteQueryOptions({
    queryKey: ["runs", project, q, range.from, range.to],
    queryFn: ({ signal, pageParam }) =>
      getJson<Page<Run>>(
        projectPath(project, "runs"),
        { q, ...boundsOf(range, Date.now()), limit: RUNS_PAGE, cursor: pageParam },
        signal,
      ),
    // A project is made by its first telemetry; until then it is asked for again.
    refetchInterval: ({ state }) => (state.error instanceof ApiError && state.error.status === 404 ? 2000 : false),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** The newest run of all, whatever the range: where an empty range should be widened to. */
export const newestRunQuery = (project: string) =>
  queryOptions({
    queryKey: ["runs-newest", project],
    queryFn: ({ signal }) => getJson<Page<Run>>(projectPath(project, "runs"), { limit: 1 }, signal),
    staleTime: 0,
  });

export const runQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["run", project, id],
    queryFn: ({ signal }) => getJson<Run>(projectPath(project, `runs/${encodeURIComponent(id)}`), {}, signal),
  });

/** So many spans of a trace are asked for; of a larger one, it is said that there are more. */
const MOST_SPANS = 100_000;

export const traceQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["trace", project, id],
    queryFn: ({ signal }) => getJson<TraceStructure>(projectPath(project, `traces/${encodeURIComponent(id)}`), { limit: MOST_SPANS }, signal),
  });

export const spanQuery = (project: string, trace: string, id: string) =>
  queryOptions({
    queryKey: ["span", project, trace, id],
    queryFn: ({ signal }) =>
      getJson<Span>(
        projectPath(project, `traces/${encodeURIComponent(trace)}/spans/${encodeURIComponent(id)}`),
        {},
        signal,
      ),
  });
