import { type ReactElement, useRef } from "react";
import { filterProblemOf } from "../../data/failure";
import { within } from "../../model/log-source";
import { isLive } from "../../model/range";
import { FilterLine } from "../../views/filter/FilterLine";
import { RunTableOf } from "../../views/runs/RunTable";
import { useRunList } from "../../views/runs/useRunList";
import { IconButton } from "../../widgets/button";
import type { FilterHandle } from "../../widgets/filter-bar";
import { PauseIcon, PlayIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { Empty } from "../../widgets/states";
import type { PartProps } from "./RoomLogs";

/** The runs of the room, as they go on; a click opens one. */
export function RoomTraces({ project, room, q, range, onFilter, onRange }: PartProps): ReactElement {
  const list = useRunList(project, within({ of: "room", room }, q), range);
  const filter = useRef<FilterHandle>(null);
  useKeys("Runs of the room", [{ keys: "/", label: "Filter", run: () => filter.current?.focus() }]);
  const { paused, setPaused } = list;
  return (
    <>
      <div className="flex shrink-0 items-start gap-2 px-4 py-2">
        <FilterLine
          project={project} noun="runs" value={q} range={range} problem={q === "" ? null : filterProblemOf(list.query.error, q)}
          placeholder="Filter: status:error agent:planner model:gpt* or any words" onChange={onFilter} handle={filter}
        />
        {paused && <span role="status" className="flex h-8 items-center text-sm whitespace-nowrap text-warn">‖ Held: paused</span>}
        {isLive(range) && (
          <IconButton label={paused ? "Go on (space)" : "Pause (space)"} aria-pressed={paused} className="h-8! w-8!" onClick={() => setPaused(!paused)}>{paused ? <PlayIcon /> : <PauseIcon />}</IconButton>
        )}
      </div>
      {q === ""
        ? <RunTableOf project={project} list={list} onFilter={onFilter} onRange={onRange} empty={<NoRuns />} />
        : <RunTableOf project={project} list={list} onFilter={onFilter} onRange={onRange} empty={<Empty title="No run of this room passes this filter" />} />}
    </>
  );
}

function NoRuns(): ReactElement {
  return <Empty title="No run in this room in this time range"><p>Agents whose telemetry names this room stand here, while they run and after.</p></Empty>;
}
