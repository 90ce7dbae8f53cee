import { type ReactElement, useCallback } from "react";
import { type LogSource, topicOf, within } from "../../model/log-source";
import { type Range, momentOf } from "../../model/range";
import { MetricGrid } from "../../views/metrics/MetricGrid";
import { Button } from "../../widgets/button";
import { Empty } from "../../widgets/states";
import type { Chosen } from "./useChosen";

/** The metrics of the session in its window; all have the playhead as their crosshair. */
export function MetricsTab({ project, session, chosen }: { readonly project: string; readonly session: string; readonly chosen: Chosen }): ReactElement {
  const source: LogSource = { of: "session", session };
  const { show, moveTo } = chosen;
  const onRange = useCallback((range: Range) => {
    const [from, to] = [momentOf(range.from, Date.now()), momentOf(range.to, Date.now())];
    if (from !== null && to !== null) show({ from, to });
  }, [show]);
  const onPick = useCallback((range: Range) => {
    const [from, to] = [Date.parse(range.from), Date.parse(range.to)];
    moveTo((from + to) / 2);
  }, [moveTo]);
  return (
    // It scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="min-h-0 flex-1 overflow-auto" tabIndex={0} role="group" aria-label="Metrics of the session">
      <MetricGrid
        project={project} q={within(source, "")} topic={topicOf(source)} range={chosen.range} at={chosen.playhead} onRange={onRange} onPick={onPick}
        empty={chosen.isZoomed
          ? <Empty title="No metrics in this window"><Button look="primary" onClick={() => show(null)}>Show the whole session</Button></Empty>
          : <Empty title="No metrics in this session"><p>Metrics that its agents and services send over OTLP stand here, as small charts on the time of the session.</p></Empty>}
      />
    </div>
  );
}
