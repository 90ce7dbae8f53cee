import type { ReactElement } from "react";
import { useLocation } from "wouter";
import { plural } from "../../base/format";
import { useMay } from "../../data/session";
import { compareHref, runHref } from "../../model/runs";
import { Button, IconButton } from "../../widgets/button";
import { CloseIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { Rows } from "../../widgets/rows";
import { Arrivals } from "../live/Arrivals";
import { RunHeader, RunRow, columnCount } from "./RunRow";
import { useFindings } from "./useFindings";
import type { RunListState } from "./useRunList";

export const RUN_ROW_HEIGHT = 32;
const NO_FINDINGS: readonly never[] = [];

/** The rows of a list that has some: they change in place, new ones come at the top or wait. */
export function RunList({ project, list, dimmed = false }: {
  readonly project: string;
  readonly list: RunListState;
  readonly dimmed?: boolean;
}): ReactElement {
  const { query, runs, waiting, paused, marks } = list;
  const mayRead = useMay(project, "read");
  const mayUsage = useMay(project, "usage");
  const shown = mayRead ? "all" : mayUsage ? "usage" : "outline";
  const findings = useFindings(project);
  const compare = useRunKeys(project, list);
  return (
    <div className={`runs-box relative flex min-h-0 flex-1 flex-col ${dimmed || query.isPlaceholderData ? "opacity-60" : ""}`}>
      {waiting > 0 && (
        <Button look="primary" className="absolute top-9 left-1/2 z-20 -translate-x-1/2 rounded-full! shadow-pop" onClick={list.toLatest}>
          {plural(waiting, "new run")} {paused ? "while paused" : ""} · G
        </Button>
      )}
      <Arrivals topics={paused ? "" : "runs"} noun="run change" />
      <Rows
        handle={list.handle}
        label="Runs"
        rowHeight={RUN_ROW_HEIGHT}
        count={runs.length}
        columns={columnCount(shown)}
        header={<RunHeader shown={shown} />}
        activeId={list.selected >= 0 ? `run-${runs[list.selected]?.id}` : undefined}
        onScroll={({ top, end }) => {
          list.setAtTop(top);
          if (end && query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
        }}
        render={(index, props) => {
          const run = runs[index];
          return run && (
            <RunRow
              run={run} shown={shown} findings={findings.get(run.id) ?? NO_FINDINGS} href={mayRead ? runHref(project, run.id) : null} now={list.now}
              selected={index === list.selected} props={props} mark={marks.findIndex(({ id }) => id === run.id)}
              onSelect={() => list.choose(run.id)} onMark={mayRead ? () => list.mark(run.id) : null}
            />
          );
        }}
      />
      <CompareBar list={list} compare={compare} />
      {query.hasNextPage && (
        <div className="flex h-8 items-center justify-center border-t border-soft text-sm text-muted">
          {query.isFetchingNextPage ? "Loading older runs…" : <Button look="plain" onClick={() => void query.fetchNextPage()}>Load older runs</Button>}
        </div>
      )}
    </div>
  );
}

/** The keys of the list; the answer compares the two marked runs, and is null until there are two. */
function useRunKeys(project: string, list: RunListState): (() => void) | null {
  const [, navigate] = useLocation();
  const mayRead = useMay(project, "read");
  const { runs, selected, select, marks } = list;
  const selectedId = runs[selected]?.id;
  const [a, b] = marks;
  const compare = a && b ? () => navigate(compareHref(project, a.id, b.id)) : null;
  useKeys("Runs", [
    { keys: "j", label: "Next run", run: () => select(selected + 1) },
    { keys: "k", label: "Previous run", run: () => select(selected - 1) },
    { keys: "ArrowDown", label: "Next run", run: () => select(selected + 1) },
    { keys: "ArrowUp", label: "Previous run", run: () => select(selected - 1) },
    { keys: "Home", label: "Newest run", run: () => select(0) },
    { keys: "End", label: "Oldest run that is loaded", run: () => select(runs.length - 1) },
    { keys: "Enter", label: "Open", run: () => selectedId !== undefined && mayRead && navigate(runHref(project, selectedId)) },
    { keys: "x", label: "Mark to compare", run: () => selectedId !== undefined && mayRead && list.mark(selectedId) },
    { keys: "c", label: "Compare the two marked", run: () => compare?.() },
    { keys: "Escape", label: "Forget the marks", run: list.unmark },
    { keys: "Space", label: "Pause or go on", run: () => list.setPaused(!list.paused) },
    { keys: "G", label: "Latest", run: list.toLatest },
  ]);
  return compare;
}

/** What is marked, below the list; it stays while the marked rows are scrolled away. */
function CompareBar({ list, compare }: { readonly list: RunListState; readonly compare: (() => void) | null }): ReactElement | null {
  const [a, b] = list.marks;
  if (!a) return null;
  return (
    <div role="status" className="absolute bottom-3 left-1/2 z-20 flex h-10 max-w-[90%] -translate-x-1/2 items-center gap-3 rounded-lg border border-line bg-raised pr-1.5 pl-4 shadow-pop">
      <span className="truncate"><b className="font-medium">A</b> <span className="text-muted">{a.name || a.id.slice(0, 12)}</span></span>
      {b && <span className="truncate"><b className="font-medium">B</b> <span className="text-muted">{b.name || b.id.slice(0, 12)}</span></span>}
      {compare ? <Button look="primary" onClick={compare}>Compare · c</Button> : <span className="text-sm whitespace-nowrap text-muted">mark another with x</span>}
      <IconButton label="Forget the marks (Esc)" onClick={list.unmark}><CloseIcon /></IconButton>
    </div>
  );
}
