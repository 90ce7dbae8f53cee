import { type ReactElement, useCallback, useMemo } from "react";
import { parseMillis } from "../../base/time";
import { useUrlState } from "../../data/hooks";
import type { Run } from "../../model/api";
import type { LogSource } from "../../model/log-source";
import type { Range } from "../../model/range";
import { LogTail } from "../../views/logs/LogTail";
import { Empty } from "../../widgets/states";

/** Records bear the time of the machine that wrote them, and come up to minutes before and after the spans. */
const AROUND_MS = 120_000;

/** The run's own log records: followed while it runs, all of them once it is over. */
export function RunLogs({ project, run }: { readonly project: string; readonly run: Run }): ReactElement {
  const { params, change } = useUrlState();
  const source: LogSource = { of: "run", run: run.id, trace: run.trace_id };
  const [from, to] = [params.get("from"), params.get("to")];
  const range = useMemo(() => ({ ...spanOf(run), ...(from === null ? {} : { from, to: to ?? "now" }) }), [run, from, to]);
  const setFilter = useCallback((q: string) => change({ q, log: null }, "push"), [change]);
  const setRange = useCallback((next: Range) => change({ from: next.from, to: next.to === "now" ? null : next.to }, "push"), [change]);
  return (
    <LogTail
      project={project} source={source} q={params.get("q") ?? ""} range={range} onFilter={setFilter} onRange={setRange}
      placeholder="Filter: level:>=warn service:planner or any words"
      never={<Empty title="This run logged nothing"><p>Log records that are sent with the run's trace id stand here: with Python's logging, the OpenTelemetry handler binds each to the span it was written in.</p></Empty>}
    />
  );
}

function spanOf(run: Run): Range {
  const from = new Date(parseMillis(run.started_at) - AROUND_MS).toISOString();
  const to = run.ended_at === null || run.status === "running" ? "now" : new Date(parseMillis(run.ended_at) + AROUND_MS).toISOString();
  return { from, to };
}
