import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useLive } from "../../data/hooks";
import { runQuery, traceQuery } from "../../data/reads";
import type { Finding, LiveEvent, LiveSpan, Run } from "../../model/api";
import { type SpanSet, mergeFetched, mergeSpans, spanSetOf } from "../../model/spans";
import { type Tree, buildTree } from "../../model/tree";

/** What is known of a trace so far. */
export interface ReadTrace {
  readonly run: Run | null;
  readonly set: SpanSet | null;
  readonly tree: Tree | null;
  readonly traceId: string | undefined;
  /** The server holds more spans than it gave. */
  readonly truncated: boolean;
  readonly error: Error | null;
  readonly reread: () => void;
}

/**
 * A trace and the run it is, whichever of the two the address names, merged with what the stream brings.
 * For one trace only: its component is made anew for another.
 */
export function useTrace(project: string, named: { readonly runId?: string; readonly traceId?: string }): ReadTrace {
  const byRun = useQuery({ ...runQuery(project, named.runId ?? ""), enabled: named.runId !== undefined });
  const traceId = named.traceId ?? byRun.data?.trace_id;
  const trace = useQuery({ ...traceQuery(project, traceId ?? ""), enabled: traceId !== undefined });
  const runId = named.runId ?? trace.data?.run_id;
  const ofTrace = useQuery({ ...runQuery(project, runId ?? ""), enabled: named.runId === undefined && runId !== undefined });

  const fetched = useMemo(() => (trace.data ? spanSetOf(trace.data) : null), [trace.data]);
  const [arrived, setArrived] = useState<SpanSet | null>(null);
  // Spans that came before there was a trace to put them into.
  const [early, setEarly] = useState<readonly LiveSpan[]>([]);
  const [news, setNews] = useState<Run | null>(null);
  const [found, setFound] = useState<readonly Finding[]>([]);

  const onEvents = (events: readonly LiveEvent[]): void => {
    const spans: LiveSpan[] = [];
    for (const event of events) {
      if (event.type === "span") spans.push(event.data);
      else if (event.type === "run" && event.data.id === runId) setNews(event.data);
      else if (event.type === "finding" && event.data.run_id === runId) setFound((before) => [...before.filter(({ id }) => id !== event.data.id), event.data]);
    }
    if (spans.length === 0) return;
    if (fetched) setArrived((before) => mergeSpans(before ?? fetched, spans));
    else setEarly((before) => [...before, ...spans]);
  };
  const reread = (): void => {
    if (traceId !== undefined) void trace.refetch();
    if (named.runId === undefined) void ofTrace.refetch();
    else void byRun.refetch();
  };
  useLive(runId === undefined ? "" : `run:${runId}`, { onEvents, onResync: reread });

  const set = useMemo(() => (fetched ? mergeSpans(mergeFetched(arrived, fetched), early) : null), [arrived, early, fetched]);
  const tree = useMemo(() => (set ? buildTree(set.spans) : null), [set]);
  const run = mergeRun(named.runId === undefined ? ofTrace.data : byRun.data, news, found);
  return { run, set, tree, traceId, truncated: trace.data?.truncated ?? false, error: byRun.error ?? trace.error, reread };
}

/** The stream's word on a run has everything but input, output and findings. */
function mergeRun(fetched: Run | undefined, news: Run | null, found: readonly Finding[]): Run | null {
  const newest = news ?? fetched;
  if (!newest) return null;
  const ids = new Set(found.map(({ id }) => id));
  const findings = [...(fetched?.findings ?? []).filter(({ id }) => !ids.has(id)), ...found];
  return { ...newest, findings, input: newest.input ?? fetched?.input ?? null, output: newest.output ?? fetched?.output ?? null };
}
