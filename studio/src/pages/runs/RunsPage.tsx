import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useCallback, useRef, useState } from "react";
import { useLocation } from "wouter";
import { formatWhole, plural } from "../../base/format";
import { failureOf, filterProblemOf, isForbidden, isMissing } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { serverQuery } from "../../data/reads";
import { useMay } from "../../data/session";
import { frozenLink } from "../../model/link";
import { isLive } from "../../model/range";
import { Button, IconButton } from "../../widgets/button";
import { useNow } from "../../widgets/clock";
import { FilterBar, type FilterHandle } from "../../widgets/filter-bar";
import { PauseIcon, PlayIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { FirstRun, NoRuns } from "./NoRuns";
import { RunHeader, RunRow, columnCount } from "./RunRow";
import { useFindings } from "./useFindings";
import { useRuns } from "./useRuns";

const ROW_HEIGHT = 32;
const NO_FINDINGS: readonly never[] = [];

export function RunsPage({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const [, navigate] = useLocation();
  const q = params.get("q") ?? "";
  const [paused, setPaused] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const { query, runs, waiting, release, reread } = useRuns(project, q, range, paused || !atTop);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const list = useRef<RowsHandle>(null);
  const filter = useRef<FilterHandle>(null);
  const picker = useRef<RangeHandle>(null);
  const now = useNow(runs.some((run) => run.status === "running"));

  const setFilter = useCallback((next: string) => change({ q: next }, "push"), [change]);
  const mayRead = useMay(project, "read");
  const mayUsage = useMay(project, "usage");
  const shown = mayRead ? "all" : mayUsage ? "usage" : "outline";
  const findings = useFindings(project);
  const hrefOf = (id: string): string => `/p/${encodeURIComponent(project)}/runs/${encodeURIComponent(id)}`;
  const selected = runs.findIndex((run) => run.id === selectedId);
  const select = (index: number): void => {
    const run = runs[Math.max(0, Math.min(index, runs.length - 1))];
    if (!run) return;
    setSelectedId(run.id);
    list.current?.show(runs.indexOf(run));
  };
  const toLatest = (): void => {
    setPaused(false);
    release();
    list.current?.toTop();
  };

  useKeys("Runs", [
    { keys: "/", label: "Filter", run: () => filter.current?.focus() },
    { keys: "j", label: "Next run", run: () => select(selected + 1) },
    { keys: "k", label: "Previous run", run: () => select(selected - 1) },
    { keys: "ArrowDown", label: "Next run", run: () => select(selected + 1) },
    { keys: "ArrowUp", label: "Previous run", run: () => select(selected - 1) },
    { keys: "Enter", label: "Open", run: () => selectedId !== null && mayRead && navigate(hrefOf(selectedId)) },
    { keys: "Space", label: "Pause or go on", run: () => setPaused((before) => !before) },
    { keys: "G", label: "Latest", run: toLatest },
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);

  const problem = filterProblemOf(query.error, q);
  const failed = query.error !== null && problem === null && query.data === undefined;
  const live = isLive(range);

  return (
    <>
      <PageHead title={<>
        <h1 className="text-lg font-semibold">Runs</h1>
        {runs.length > 0 && <span className="text-sm text-muted">{formatWhole(runs.length)}{query.hasNextPage ? "+" : ""}</span>}
      </>}>
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <FilterBar handle={filter} value={q} problem={problem} placeholder={mayRead ? "Filter: status:error agent:planner model:gpt* or any words" : "Filter: status:error agent:planner dur:>2s"} onChange={setFilter} />
        {live && (
          <IconButton label={paused ? "Go on (space)" : "Pause (space)"} aria-pressed={paused} className="h-8!" onClick={() => setPaused(!paused)}>
            {paused ? <PlayIcon /> : <PauseIcon />}
          </IconButton>
        )}
      </div>
      {failed && query.error && <Failed project={project} error={query.error} onRetry={() => void reread()} />}
      {query.isPending && <SkeletonRows count={16} height={ROW_HEIGHT} />}
      {query.data && runs.length === 0 && problem === null && (
        <NoRuns project={project} q={q} onFilter={setFilter} onRange={setRange} />
      )}
      {runs.length > 0 && (
        <div className={`relative flex min-h-0 flex-1 flex-col ${query.isPlaceholderData || problem ? "opacity-60" : ""}`}>
          {waiting > 0 && (
            <Button look="primary" className="absolute top-9 left-1/2 z-20 -translate-x-1/2 rounded-full! shadow-pop" onClick={toLatest}>
              {plural(waiting, "new run")} {paused ? "while paused" : ""} · G
            </Button>
          )}
          <Rows
            handle={list}
            label="Runs"
            rowHeight={ROW_HEIGHT}
            count={runs.length}
            columns={columnCount(shown)}
            header={<RunHeader shown={shown} />}
            activeId={selected >= 0 ? `run-${selectedId}` : undefined}
            onScroll={({ top, end }) => {
              setAtTop(top);
              if (end && query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
            }}
            render={(index, props) => {
              const run = runs[index];
              return run && (
                <RunRow
                  run={run} shown={shown} findings={findings.get(run.id) ?? NO_FINDINGS} href={mayRead ? hrefOf(run.id) : null} now={now}
                  selected={index === selected} props={props} onSelect={() => setSelectedId(run.id)}
                />
              );
            }}
          />
          {query.hasNextPage && (
            <div className="flex h-8 items-center justify-center border-t border-soft text-sm text-muted">
              {query.isFetchingNextPage ? "Loading older runs…" : <Button look="plain" onClick={() => void query.fetchNextPage()}>Load older runs</Button>}
            </div>
          )}
        </div>
      )}
    </>
  );
}

function Failed({ project, error, onRetry }: {
  readonly project: string;
  readonly error: Error;
  readonly onRetry: () => void;
}): ReactElement {
  const server = useQuery(serverQuery());
  if (isMissing(error) && server.data?.mode === "local") return <FirstRun project={project} />;
  if (isForbidden(error) || isMissing(error)) {
    return <Empty title="You may not see this project"><p>Ask its owner to add you, or switch to another project above.</p></Empty>;
  }
  return <ErrorBox failure={failureOf("The runs could not be read", error)} onRetry={onRetry} />;
}
