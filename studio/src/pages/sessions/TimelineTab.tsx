import { type ReactElement, useCallback, useEffect, useMemo, useRef } from "react";
import { formatWhole } from "../../base/format";
import { failureOf } from "../../data/failure";
import { useUrlState } from "../../data/hooks";
import { SORTS, type Selection, type Sort, isOf, placeOf, selectionOf } from "../../model/moments";
import { type Happening, agentsOf, firstAt, withinWindow } from "../../model/session-timeline";
import { oneOf } from "../../model/usage";
import type { View } from "../../model/waterfall";
import { Button } from "../../widgets/button";
import { useKeys } from "../../widgets/keys";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { MomentPanel } from "./MomentPanel";
import { MomentHeader, MomentRow, ROW_HEIGHT, rowId } from "./MomentRow";
import type { Chosen } from "./useChosen";
import type { useTimeline } from "./useTimeline";

interface Props {
  readonly project: string;
  readonly whole: View;
  readonly chosen: Chosen;
  readonly told: ReturnType<typeof useTimeline>;
  readonly isActive: boolean;
  readonly hrefOf: (tab: "trace" | "logs", selection: Selection) => string;
  readonly onFilter: (term: string) => void;
}

/** Everything that happened in the window, in order; the chosen moment beside it. */
export function TimelineTab({ project, whole, chosen, told, isActive, hrefOf, onFilter }: Props): ReactElement {
  const { window, choose } = chosen;
  const { timeline, isReading, error } = told;
  const { params, change } = useUrlState();
  const sort = oneOf(SORTS, params.get("sort"));
  const inWindow = useMemo(() => withinWindow(timeline.list, window), [timeline, window]);
  const list = useMemo(() => (sort === null ? inWindow : inWindow.filter((each) => isOf(each, sort))), [inWindow, sort]);
  const agents = useMemo(() => agentsOf(timeline.list), [timeline]);
  const rows = useRef<RowsHandle>(null);
  const selected = placeOf(list, chosen);
  // Between two moments the playhead stands behind the first.
  const place = selected === -1 && chosen.playhead !== null ? firstAt(list, chosen.playhead) - 1 : selected;
  const happening = list[selected];
  const onChoose = useCallback((next: Happening) => choose(selectionOf(next.moment)), [choose]);
  const close = (): void => choose({ at: null, log: null, run: null, span: null });
  const move = (step: number): void => {
    const next = list[Math.max(0, Math.min(list.length - 1, place + step))];
    if (next) onChoose(next);
  };
  useShown(rows, chosen.at, place, list.length);
  useKeys("Timeline", [
    { keys: "j", label: "Next moment", run: () => move(1) },
    { keys: "k", label: "Previous moment", run: () => move(-1) },
    { keys: "ArrowDown", label: "Next moment", run: () => move(1) },
    { keys: "ArrowUp", label: "Previous moment", run: () => move(-1) },
    { keys: "Home", label: "First moment", run: () => list[0] && onChoose(list[0]) },
    { keys: "G", label: "Latest moment", run: () => list.length > 0 && onChoose(list.at(-1) as Happening) },
    { keys: "Escape", label: "Close the panel", run: close },
    { keys: "[", label: "Close the panel", run: close },
    { keys: "]", label: "Open the panel", run: () => move(place === -1 ? 1 : 0) },
  ]);

  if (timeline.list.length === 0) {
    if (error) return <ErrorBox failure={failureOf("What happened could not be read", error)} onRetry={told.reread} />;
    if (isReading) return <SkeletonRows count={20} height={ROW_HEIGHT} />;
    return <Empty title={isActive ? "Nothing is told of yet" : "Nothing is told of this session"}><p>Joins and leaves, runs and their tool calls, developer logs, warnings and errors stand here; plain log records are in Logs.</p></Empty>;
  }
  const main = (
    <>
      {error && <p role="alert" className="flex items-center gap-2 border-b border-line bg-error-wash px-4 py-1 text-sm text-error">Not all of it could be read: {error.message} <Button onClick={told.readOn}>Read on</Button></p>}
      <Sorts list={inWindow} now={sort} onSort={(next) => change({ sort: next }, "push")} />
      {list.length === 0 && (
        <Empty title={sort === null ? "Nothing is told of in this window" : "Nothing of this sort in this window"}>
          <div className="flex gap-2">
            {sort !== null && <Button onClick={() => change({ sort: null }, "push")}>Everything</Button>}
            {chosen.isZoomed && <Button look="primary" onClick={() => chosen.show(null)}>Show the whole session</Button>}
          </div>
        </Empty>
      )}
      {list.length > 0 && (
        <Rows
          handle={rows} label="Moments" rowHeight={ROW_HEIGHT} count={list.length} columns={5} header={<MomentHeader />}
          activeId={happening ? rowId(happening) : undefined}
          render={(index, props) => {
            const each = list[index];
            return each && <MomentRow happening={each} agents={agents} index={props["aria-rowindex"]} top={props.style.transform} start={whole.from} window={window} selected={index === selected} onChoose={onChoose} />;
          }}
        />
      )}
      <Reading told={told} shown={list.length} />
    </>
  );
  const side = happening === undefined ? null : (
    <MomentPanel key={happening.key} project={project} happening={happening} agents={agents} start={whole.from} hrefOf={hrefOf} onFilter={onFilter} onClose={close} />
  );
  return <Split name="moment-panel" initial={440} main={main} side={side} />;
}

const LABELS: Readonly<Record<Sort, string>> = { failures: "Failures", runs: "Runs", tools: "Tool calls", logs: "Logs", room: "Room" };

/** Which sort of moments is listed, and how many there are of each in the window. */
function Sorts({ list, now, onSort }: { readonly list: readonly Happening[]; readonly now: Sort | null; readonly onSort: (sort: Sort | null) => void }): ReactElement {
  const counts = useMemo(() => new Map(SORTS.map((sort) => [sort, list.filter((each) => isOf(each, sort)).length])), [list]);
  const look = "inline-flex h-6 items-center gap-1.5 rounded-full border border-line px-2.5 text-sm text-muted hover:bg-hover hover:text-fg aria-pressed:border-accent aria-pressed:bg-selected aria-pressed:text-fg";
  return (
    <div role="group" aria-label="Sort of moment" className="flex shrink-0 flex-wrap gap-1 px-4 py-1.5">
      <button type="button" aria-pressed={now === null} className={look} onClick={() => onSort(null)}>Everything <span>{formatWhole(list.length)}</span></button>
      {SORTS.map((sort) => (
        <button key={sort} type="button" aria-pressed={now === sort} className={look} onClick={() => onSort(now === sort ? null : sort)}>
          {sort === "failures" && <span className="text-error" aria-hidden="true">▲</span>}{LABELS[sort]} <span>{formatWhole(counts.get(sort) ?? 0)}</span>
        </button>
      ))}
    </div>
  );
}

/** How much of the session was read, where that is not all of it. */
function Reading({ told, shown }: { readonly told: Props["told"]; readonly shown: number }): ReactElement | null {
  const { isReading, next, timeline } = told;
  if (!isReading && next === null) return null;
  return (
    <div role="status" className="flex h-8 shrink-0 items-center justify-center gap-2 border-t border-soft text-sm text-muted">
      {isReading ? `Reading on, ${formatWhole(timeline.list.length)} moments so far…` : <>{formatWhole(shown)} of the first {formatWhole(timeline.list.length)} moments are listed; there are more. <Button onClick={told.readOn}>Read on</Button></>}
    </div>
  );
}

/** Brings what is chosen into sight when another moment is, and once the list is there. */
function useShown(rows: { readonly current: RowsHandle | null }, at: string | null, place: number, count: number): void {
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (at === shown.current || place < 0 || count === 0) return;
    shown.current = at;
    rows.current?.show(place);
  }, [rows, at, place, count]);
}
