import { type ReactElement, useCallback, useMemo } from "react";
import { useUrlState } from "../../data/hooks";
import type { LogSource } from "../../model/log-source";
import type { Log } from "../../model/schema";
import { type Range, momentOf } from "../../model/range";
import { LogTail } from "../../views/logs/LogTail";
import { Empty } from "../../widgets/states";
import type { Chosen } from "./useChosen";

/** The log records of the session in its window, from the playhead on. */
export function LogsTab({ project, session, chosen }: { readonly project: string; readonly session: string; readonly chosen: Chosen }): ReactElement {
  const { params, change } = useUrlState();
  const source = useMemo((): LogSource => ({ of: "session", session }), [session]);
  const { show, choose } = chosen;
  const onFilter = useCallback((q: string) => change({ q, log: null }, "push"), [change]);
  const onRange = useCallback((range: Range) => {
    const [from, to] = [momentOf(range.from, Date.now()), momentOf(range.to, Date.now())];
    if (from !== null && to !== null) show({ from, to });
  }, [show]);
  const onRecord = useCallback((log: Log) => choose({ at: log.time, log: log.id, run: log.run ?? log.trace_id, span: log.span_id }), [choose]);
  return (
    <LogTail
      project={project} source={source} q={params.get("q") ?? ""} range={chosen.range} at={chosen.playhead} onFilter={onFilter} onRange={onRange} onRecord={onRecord}
      placeholder="Filter: level:>=warn service:planner or any words"
      never={<Empty title="No log records in this session"><p>Whatever is logged in its room while it goes on, or names it, stands here at once.</p></Empty>}
    />
  );
}
