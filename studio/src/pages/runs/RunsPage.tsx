import { type ReactElement, useCallback, useRef } from "react";
import { formatWhole } from "../../base/format";
import { filterProblemOf } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { useMay } from "../../data/session";
import { runsCsv } from "../../model/exports";
import { frozenLink } from "../../model/link";
import { isLive } from "../../model/range";
import { FilterLine } from "../../views/filter/FilterLine";
import { RunTableOf } from "../../views/runs/RunTable";
import { useRunList } from "../../views/runs/useRunList";
import { SampledNote } from "../../views/sampling/SampledNote";
import { IconButton } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import type { FilterHandle } from "../../widgets/filter-bar";
import { PauseIcon, PlayIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";

/** Every run of a project: which failed, which cost most, which are still going. */
export function RunsPage({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const q = params.get("q") ?? "";
  const list = useRunList(project, q, range);
  const filter = useRef<FilterHandle>(null);
  const picker = useRef<RangeHandle>(null);
  const mayRead = useMay(project, "read");
  const setFilter = useCallback((next: string) => change({ q: next }, "push"), [change]);

  useKeys("Page", [
    { keys: "/", label: "Filter", run: () => filter.current?.focus() },
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);

  const { query, runs, paused } = list;
  return (
    <>
      <PageHead title={<>
        <h1 className="text-lg font-semibold">Runs</h1>
        {runs.length > 0 && <span className="text-sm text-muted">{formatWhole(runs.length)}{query.hasNextPage ? "+" : ""}</span>}
      </>}>
        {runs.length > 0 && <CsvButton name={`${project}-runs`} text={() => runsCsv(runs)} label={query.hasNextPage ? "CSV of those loaded" : "CSV"} />}
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <FilterLine project={project} noun="runs" page="runs" handle={filter} value={q} range={range} problem={filterProblemOf(query.error, q)} placeholder={mayRead ? "Filter: status:error agent:planner model:gpt* or any words" : "Filter: status:error agent:planner dur:>2s"} onChange={setFilter} />
        {isLive(range) && (
          <IconButton label={paused ? "Go on (space)" : "Pause (space)"} aria-pressed={paused} className="h-8!" onClick={() => list.setPaused(!paused)}>
            {paused ? <PlayIcon /> : <PauseIcon />}
          </IconButton>
        )}
      </div>
      <SampledNote project={project} className="px-4 pb-2" />
      <RunTableOf project={project} list={list} onFilter={setFilter} onRange={setRange} />
    </>
  );
}
