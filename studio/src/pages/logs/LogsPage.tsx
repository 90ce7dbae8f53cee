import { type ReactElement, useCallback, useLayoutEffect, useRef, useState } from "react";
import { formatWhole } from "../../base/format";
import { failureOf, filterProblemOf, isForbidden } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { frozenLink } from "../../model/link";
import { isLive } from "../../model/range";
import { addTerm } from "../../model/filter";
import { type Line, lineId } from "../../model/tail";
import { Button, IconButton } from "../../widgets/button";
import { FilterBar, type FilterHandle } from "../../widgets/filter-bar";
import { PauseIcon, PlayIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { LogPanel } from "./LogPanel";
import { LogHeader, LogRow, ROW_HEIGHT, rowId } from "./LogRow";
import { NoLogs } from "./NoLogs";
import { Volume } from "./Volume";
import { useTail } from "./useTail";

/** Why the tail stands still; null while it follows. */
type Held = "paused" | "scrolled up" | "a record is selected" | null;

export function LogsPage({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const q = params.get("q") ?? "";
  const selectedId = params.get("log");
  const live = isLive(range);
  const [held, setHeld] = useState<Held>(selectedId === null ? null : "a record is selected");
  const following = live && held === null;
  const { tail, loading, loadingOlder, older, error, loadOlder, retry } = useTail(project, q, range, following);
  const { lines } = tail;
  const list = useRef<RowsHandle>(null);
  const filter = useRef<FilterHandle>(null);
  const picker = useRef<RangeHandle>(null);

  // Known at once, and not only in the next render: one turn of the wheel may reach the top.
  const turned = useRef(false);
  const selected = selectedId === null ? -1 : lines.findLastIndex((line) => lineId(line) === selectedId);
  const hold = useCallback((why: Held) => setHeld((before) => before ?? why), []);
  const follow = useCallback(() => {
    setHeld(null);
    turned.current = false;
    list.current?.toEnd();
  }, []);
  const setFilter = useCallback((next: string) => {
    setHeld(null);
    change({ q: next, log: null }, "push");
  }, [change]);
  const choose = useCallback((line: Line) => {
    if (line.type === "gap") return;
    hold("a record is selected");
    change({ log: line.log.id }, "replace");
  }, [change, hold]);
  const move = (step: number): void => {
    const at = selected === -1 ? lines.length - 1 : Math.max(0, Math.min(lines.length - 1, selected + step));
    const line = lines[at];
    if (!line) return;
    choose(line);
    list.current?.show(at);
  };
  const close = (): void => change({ log: null }, "replace");

  // Older records came in above: what is being read must not move.
  const firstId = lines[0] ? lineId(lines[0]) : "";
  const before = useRef({ firstId, count: lines.length });
  useLayoutEffect(() => {
    const known = before.current;
    before.current = { firstId, count: lines.length };
    if (known.firstId === firstId || known.firstId === "" || following) return;
    const at = lines.findIndex((line) => lineId(line) === known.firstId);
    if (at > 0) list.current?.nudge(at);
  }, [firstId, lines, following]);

  useKeys("Logs", [
    { keys: "/", label: "Filter", run: () => filter.current?.focus() },
    { keys: "j", label: "Next record", run: () => move(1) },
    { keys: "k", label: "Previous record", run: () => move(-1) },
    { keys: "ArrowDown", label: "Next record", run: () => move(1) },
    { keys: "ArrowUp", label: "Previous record", run: () => move(-1) },
    { keys: "Space", label: "Pause or go on", run: () => (following ? setHeld("paused") : follow()) },
    { keys: "G", label: "Latest", run: follow },
    { keys: "Escape", label: "Close the panel", run: close },
    { keys: "[", label: "Close the panel", run: close },
    { keys: "]", label: "Open the panel", run: () => selected === -1 && move(0) },
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);

  const problem = filterProblemOf(error, q);
  const failed = error !== null && problem === null && lines.length === 0;
  const log = lines[selected];

  const main = (
    <div className={`relative flex min-h-0 flex-1 flex-col ${(loading && lines.length > 0) || problem ? "opacity-60" : ""}`}>
      <Rows
        handle={list}
        label="Log records"
        rowHeight={ROW_HEIGHT}
        count={lines.length}
        columns={4}
        follow={following}
        header={<LogHeader />}
        activeId={log ? rowId(log) : undefined}
        onTurn={() => {
          turned.current = true;
          if (live) hold("scrolled up");
        }}
        onScroll={({ top, end }) => {
          if (end && held === "scrolled up") setHeld(null);
          if (top && (turned.current || !following)) void loadOlder();
        }}
        render={(index, props) => {
          const line = lines[index];
          return line && (
            <LogRow line={line} index={props["aria-rowindex"]} top={props.style.transform} selected={index === selected} onChoose={choose} />
          );
        }}
      />
      {loadingOlder && <p className="absolute top-8 left-1/2 -translate-x-1/2 rounded-full border border-line bg-raised px-3 py-1 text-sm text-muted shadow-pop">Loading older records…</p>}
      {live && held !== null && (
        <Button look="primary" className="absolute bottom-4 left-1/2 -translate-x-1/2 rounded-full! px-3! shadow-pop" onClick={follow}>
          ↓ {tail.waiting.length > 0 ? `${formatWhole(tail.waiting.length + tail.overflowed)} new · ` : ""}Jump to latest · G
        </Button>
      )}
    </div>
  );

  return (
    <>
      <PageHead title={<>
        <h1 className="text-lg font-semibold">Logs</h1>
        {lines.length > 0 && <span className="text-sm text-muted">{formatWhole(lines.length)}{older !== null ? "+" : ""}</span>}
        {live && lines.length > 0 && (
          <span role="status" className={`rounded-full border border-line px-2 text-sm ${held === null ? "text-ok" : "text-warn"}`} data-tail={held === null ? "following" : "held"}>
            {held === null ? "● Following" : `‖ Held: ${held}`}
          </span>
        )}
      </>}>
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <FilterBar handle={filter} value={q} problem={problem} placeholder="Filter: level:>=warn service:planner or any words" onChange={setFilter} />
        {live && (
          <IconButton label={following ? "Pause (space)" : "Go on (space)"} aria-pressed={!following} className="h-8!" onClick={() => (following ? setHeld("paused") : follow())}>
            {following ? <PauseIcon /> : <PlayIcon />}
          </IconButton>
        )}
      </div>
      {lines.length > 0 && <Volume lines={lines} />}
      {failed && error && (isForbidden(error)
        ? <Empty title="You may not see this project"><p>Ask its owner to add you, or switch to another project above.</p></Empty>
        : <ErrorBox failure={failureOf("The logs could not be read", error)} onRetry={retry} />)}
      {loading && lines.length === 0 && <SkeletonRows count={24} height={ROW_HEIGHT} />}
      {!loading && error === null && lines.length === 0 && <NoLogs project={project} q={q} onFilter={setFilter} onRange={setRange} />}
      {lines.length > 0 && (
        <Split
          name="log-panel"
          initial={440}
          main={main}
          side={selectedId === null ? null : <LogPanel key={selectedId} project={project} id={selectedId} listed={log?.type === "log" ? log.log : null} onFilter={(term) => setFilter(addTerm(q, term))} onClose={close} />}
        />
      )}
    </>
  );
}
