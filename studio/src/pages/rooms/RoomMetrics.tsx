import { type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { within } from "../../model/log-source";
import { type Range, isLive } from "../../model/range";
import { roomHref } from "../../model/rooms";
import { MetricGrid } from "../../views/metrics/MetricGrid";
import { Button, IconButton } from "../../widgets/button";
import { PauseIcon, PlayIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { Empty } from "../../widgets/states";
import type { PartProps } from "./RoomLogs";

/** The metrics of the room; a click on a point leads to the runs of that time. */
export function RoomMetrics({ project, room, range, onRange }: PartProps): ReactElement {
  const [, navigate] = useLocation();
  const [paused, setPaused] = useState(false);
  const toRuns = ({ from, to }: Range): void => navigate(`${roomHref(project, room, "traces")}?${new URLSearchParams({ from, to })}`);
  useKeys("Metrics", [{ keys: "Space", label: "Pause or go on", run: () => setPaused(!paused) }]);
  return (
    <>
      <div className="flex h-12 shrink-0 items-center gap-3 px-4">
        <p className="min-w-0 flex-1 truncate text-sm text-muted">A click on a point leads to the runs of that time; dragging zooms in.</p>
        {paused && <span role="status" className="text-sm whitespace-nowrap text-warn">‖ Held: paused</span>}
        {isLive(range) && <IconButton label={paused ? "Go on (space)" : "Pause (space)"} aria-pressed={paused} className="h-8! w-8!" onClick={() => setPaused(!paused)}>{paused ? <PlayIcon /> : <PauseIcon />}</IconButton>}
      </div>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="flex min-h-0 flex-1 flex-col overflow-auto border-t border-line focus-visible:outline-offset-[-2px]" tabIndex={0} role="region" aria-label="Metrics">
        <MetricGrid
          project={project} q={within({ of: "room", room }, "")} topic={`room:${room}`} range={range} held={paused} onRange={onRange} onPick={toRuns}
          empty={(
            <Empty title="No metric of this room in this time range">
              <p>OTLP metrics whose resource names <code>room={room}</code> become charts here.</p>
              <Button onClick={() => onRange({ from: "now-30d", to: "now" })}>Look back 30 days</Button>
            </Empty>
          )}
        />
      </div>
    </>
  );
}
