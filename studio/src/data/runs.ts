/** What is asked about one run, and about two. */
import { queryOptions } from "@tanstack/react-query";
import { parseMillis } from "../base/time";
import type { Debugging, Log, Page, Run, RunBilling, RunDiff, Span, SpanTokens } from "../model/api";
import { quoteValue } from "../model/filter";
import { getJson, projectPath } from "./http";

const ofRun = (project: string, id: string, path: string): string => projectPath(project, `runs/${encodeURIComponent(id)}/${path}`);

/** So many problems and so many events of a run are read at once. */
export const PROBLEMS = 100;
const EVENTS_PAGE = 1_000;
/** Records of a run may bear times from before its first span. */
const EARLY_MS = 60_000;

const sinceOf = (run: Run): string => new Date(parseMillis(run.started_at) - EARLY_MS).toISOString();

/** What to look at first; asked anew when the run has changed, which `version` tells. */
export const debuggingQuery = (project: string, id: string, version: string) =>
  queryOptions({
    queryKey: ["debugging", project, id, version],
    queryFn: ({ signal }) => getJson<Debugging>(ofRun(project, id, "debugging"), {}, signal),
  });

export const runBillingQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["run-billing", project, id],
    queryFn: ({ signal }) => getJson<RunBilling>(ofRun(project, id, "billing"), {}, signal),
  });

/** Two runs step by step; with `other` null the run against the median of its agent's last ones. */
export const runDiffQuery = (project: string, id: string, other: string | null) =>
  queryOptions({
    queryKey: ["run-diff", project, id, other],
    queryFn: ({ signal }) => getJson<RunDiff>(ofRun(project, id, other === null ? "diff" : `diff/${encodeURIComponent(other)}`), {}, signal),
  });

/** Warnings and errors of a run, the earliest first. */
export const problemLogsQuery = (project: string, run: Run, version: string) =>
  queryOptions({
    queryKey: ["run-problems", project, run.id, version],
    queryFn: ({ signal }) =>
      getJson<Page<Log>>(projectPath(project, "logs"), { q: `trace:${run.trace_id} level:>=warn`, from: sinceOf(run), order: "asc", limit: PROBLEMS }, signal),
  });

export const MOST_EVENTS = 10_000;

async function readEvents(project: string, run: Run, signal: AbortSignal, known: readonly Log[] = [], cursor?: string): Promise<readonly Log[]> {
  const query = { q: `trace:${run.trace_id} event:fanlight.run.*,fanlight.exporter`, from: sinceOf(run), order: "asc", limit: EVENTS_PAGE, cursor };
  const { items, next } = await getJson<Page<Log>>(projectPath(project, "logs"), query, signal);
  const found = [...known, ...items];
  return next === null || found.length >= MOST_EVENTS ? found : readEvents(project, run, signal, found, next);
}

/** What a run's process told of itself, the earliest first: its events and the reports of its exporters. */
export const toldEventsQuery = (project: string, run: Run) =>
  queryOptions({ queryKey: ["run-events", project, run.id], queryFn: ({ signal }) => readEvents(project, run, signal), staleTime: 0 });

/** What a span has streamed so far. */
export const streamedQuery = (project: string, trace: string, span: string) =>
  queryOptions({
    queryKey: ["streamed", project, trace, span],
    queryFn: ({ signal }) => getJson<SpanTokens>(projectPath(project, `traces/${trace}/spans/${span}/tokens`), {}, signal),
    staleTime: 0,
  });

/** The newest runs to compare with: of an agent, of one outcome, or whatever passes a filter. */
export const candidatesQuery = (project: string, agent: string | null, q: string) =>
  queryOptions({
    queryKey: ["run-candidates", project, agent, q],
    queryFn: ({ signal }) => {
      const filter = [agent === null ? "" : `agent:${quoteValue(agent)}`, q].filter(Boolean).join(" ");
      return getJson<Page<Run>>(projectPath(project, "runs"), { q: filter, limit: 30 }, signal);
    },
    staleTime: 0,
  });

/** The run's root span with its content, whole; asked anew when the run has changed. */
export const rootSpanQuery = (project: string, run: Run, version: string) =>
  queryOptions({
    queryKey: ["root-span", project, run.id, version],
    queryFn: ({ signal }) => getJson<Span>(projectPath(project, `traces/${run.trace_id}/spans/${run.root_span_id}`), {}, signal),
    enabled: run.root_span_id !== null,
  });
