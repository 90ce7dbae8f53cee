import { type ReactElement, type ReactNode, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { formatWhole } from "../../base/format";
import { failureOf, filterProblemOf, isForbidden } from "../../data/failure";
import { useUrlState } from "../../data/hooks";
import type { Log } from "../../model/api";
import { type LogSource, topicOf } from "../../model/log-source";
import { type Range, isLive } from "../../model/range";
import { type Line, aroundGap, lineId } from "../../model/tail";
import { Button } from "../../widgets/button";
import type { FilterHandle } from "../../widgets/filter-bar";
import { useKeys } from "../../widgets/keys";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { FilterContext } from "../../widgets/value";
import { FilterLine } from "../filter/FilterLine";
import { Arrivals } from "../live/Arrivals";
import { Chips } from "./Chips";
import { LogPanel } from "./LogPanel";
import { LogHeader, LogRow, ROW_HEIGHT, rowId } from "./LogRow";
import { NoRecord } from "./NoRecord";
import { type Held, TailState } from "./TailState";
import { Volume } from "./Volume";
import { useShownAt } from "./useShownAt";
import { useTail } from "./useTail";

interface Props {
  readonly project: string;
  readonly source: LogSource;
  /**
   * The filter and the range are the page's, which keeps them in the URL; the record that is open is `log=` there,
   * and another filter leaves it behind.
   */
  readonly q: string;
  readonly range: Range;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
  /** A moment to read from, in ms since 1970: the tail is held there. */
  readonly at?: number | null;
  /** A record was chosen; without it `log=` in the address is set, and nothing else. */
  readonly onRecord?: (log: Log) => void;
  readonly placeholder: string;
  /** What stands where the source never had a record. */
  readonly never: ReactNode;
}

/** The log records of a source, followed live: filter, volume, rows and the record that is open. */
export function LogTail({ project, source, q, range, onFilter, onRange, at: playhead = null, onRecord, placeholder, never }: Props): ReactElement {
  const { params, change } = useUrlState();
  const selectedId = params.get("log");
  const live = isLive(range);
  const [held, setHeld] = useState<Held>(selectedId !== null ? "a record is selected" : playhead === null ? null : "at the playhead");
  const following = live && held === null;
  const { tail, loading, loadingOlder, older, error, loadOlder, retry } = useTail(project, source, q, range, following);
  const { lines } = tail;
  const list = useRef<RowsHandle>(null);
  const filter = useRef<FilterHandle>(null);

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
    onFilter(next);
  }, [onFilter]);
  const filtering = useMemo(() => ({ line: q, onChange: setFilter }), [q, setFilter]);
  // Rows are drawn again only when they change, so that what they call must not change with every arrival.
  const shown = useRef(lines);
  useLayoutEffect(() => {
    shown.current = lines;
  });
  const choose = useCallback((line: Line, at: number) => {
    if (line.type === "gap") {
      const around = aroundGap(shown.current, at);
      if (around) onRange(around);
      return;
    }
    hold("a record is selected");
    if (onRecord) onRecord(line.log);
    else change({ log: line.log.id }, "replace");
  }, [change, hold, onRange, onRecord]);
  const move = (step: number): void => {
    let at = selected === -1 ? lines.length - 1 : selected + step;
    // A gap is passed over: there is nothing to open.
    while (lines[at]?.type === "gap") at += step;
    const line = lines[at];
    if (!line) return;
    choose(line, at);
    list.current?.show(at);
  };
  const close = (): void => change({ log: null }, "replace");
  const turn = (): void => (following ? setHeld("paused") : follow());

  const here = useShownAt(playhead, { lines, older, loadingOlder, loadOlder, list, hold });

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
    { keys: "Space", label: "Pause or go on", run: turn },
    { keys: "G", label: "Latest", run: follow },
    { keys: "Escape", label: "Close the panel", run: close },
    { keys: "[", label: "Close the panel", run: close },
    { keys: "]", label: "Open the panel", run: () => selected === -1 && move(0) },
  ]);

  const problem = filterProblemOf(error, q);
  const failed = error !== null && problem === null && lines.length === 0;
  const log = lines[selected];

  const main = (
    <div className={`relative flex min-h-0 flex-1 flex-col ${(loading && lines.length > 0) || problem ? "opacity-60" : ""}`}>
      <Rows
        handle={list}
        label="Log records"
        className="logs"
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
        render={(at, props) => {
          const line = lines[at];
          return line && (
            <LogRow line={line} at={at} index={props["aria-rowindex"]} top={props.style.transform} selected={at === selected} isHere={at === here} onChoose={choose} />
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
    <FilterContext value={filtering}>
      <div className="flex shrink-0 items-start gap-2 px-4 py-2">
        <FilterLine project={project} noun="logs" page={source.of === "project" ? "logs" : `${source.of}-logs`} handle={filter} value={q} range={range} problem={problem} placeholder={placeholder} onChange={setFilter} />
        {lines.length > 0 && <TailState count={lines.length} isMore={older !== null || tail.trimmed} live={live} held={held} onTurn={turn} />}
      </div>
      <Arrivals topics={live && q === "" ? topicOf(source) : ""} noun={source.of === "project" ? "new record" : "new event"} />
      {(lines.length > 0 || q !== "") && <Chips q={q} lines={lines} sorts={source.of === "room" || source.of === "session"} onFilter={setFilter} />}
      {lines.length > 0 && <Volume lines={lines} onRange={onRange} />}
      {failed && error && (isForbidden(error)
        ? <Empty title="You may not read these logs"><p>Your role here does not cover them. An owner of the project can give you another one.</p></Empty>
        : <ErrorBox failure={failureOf("The logs could not be read", error)} onRetry={retry} />)}
      {loading && lines.length === 0 && <SkeletonRows count={30} height={ROW_HEIGHT} />}
      {!loading && error === null && lines.length === 0 && <NoRecord project={project} source={source} q={q} never={never} onFilter={setFilter} onRange={onRange} />}
      {lines.length > 0 && (
        <Split
          name="log-panel"
          initial={440}
          main={main}
          side={selectedId === null ? null : <LogPanel key={selectedId} project={project} id={selectedId} listed={log?.type === "log" ? log.log : null} onClose={close} />}
        />
      )}
    </FilterContext>
  );
}
