import { type ReactElement, useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { formatWhole } from "../../base/format";
import { failureOf, filterProblemOf } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { sessionsCsv } from "../../model/exports";
import { frozenLink } from "../../model/link";
import { isLive } from "../../model/range";
import { sessionHref } from "../../model/sessions";
import { FilterLine } from "../../views/filter/FilterLine";
import { Button, IconButton } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import { useNow } from "../../widgets/clock";
import type { FilterHandle } from "../../widgets/filter-bar";
import { CloseIcon, PauseIcon, PlayIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { Name } from "../../widgets/name";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { ErrorBox, SkeletonRows } from "../../widgets/states";
import { NoSessions } from "./NoSessions";
import { COLUMN_COUNT, SessionHeader, SessionRow, rowId } from "./SessionRow";
import { Users } from "./Users";
import { useSessions } from "./useSessions";

const ROW_HEIGHT = 32;

/** The sessions of a project, or with `by=user` whose they were. */
export function SessionsPage({ project }: { readonly project: string }): ReactElement {
  const { params } = useUrlState();
  const byUser = params.get("by") === "user";
  return byUser ? <Users project={project} head={<Views project={project} byUser />} /> : <Sessions project={project} />;
}

/** What is listed: sessions, or the users whose they were. The filter and the range stay. */
function Views({ project, byUser, count = "" }: { readonly project: string; readonly byUser: boolean; readonly count?: string }): ReactElement {
  const { params } = useUrlState();
  const hrefOf = (by: string | null): string => {
    const kept = new URLSearchParams(params);
    if (by === null) kept.delete("by");
    else kept.set("by", by);
    return `/p/${encodeURIComponent(project)}/sessions${kept.size === 0 ? "" : `?${kept}`}`;
  };
  const look = "-mb-px flex items-center border-b-2 border-transparent px-1.5 font-medium text-muted hover:text-fg aria-[current=page]:border-accent aria-[current=page]:text-fg";
  return (
    <>
      <h1 className="text-lg font-semibold">Sessions</h1>
      <nav aria-label="What is listed" className="ml-3 flex h-12 gap-1">
        <Link href={hrefOf(null)} aria-current={byUser ? undefined : "page"} className={look}>Sessions{count !== "" && <span className="pl-1.5 text-sm font-normal text-muted">{count}</span>}</Link>
        <Link href={hrefOf("user")} aria-current={byUser ? "page" : undefined} className={look}>Users</Link>
      </nav>
    </>
  );
}

function Sessions({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const [, navigate] = useLocation();
  const [q, room, active] = [params.get("q") ?? "", params.get("room") ?? "", params.get("active") === "1"];
  const asked = useMemo(() => ({ q, range, room, active }), [q, range, room, active]);
  const [paused, setPaused] = useState(false);
  const { query, sessions } = useSessions(project, asked, paused);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const list = useRef<RowsHandle>(null);
  const filter = useRef<FilterHandle>(null);
  const picker = useRef<RangeHandle>(null);
  const now = useNow(sessions.some(({ is_active }) => is_active));

  const selected = sessions.findIndex(({ id }) => id === selectedId);
  const select = (index: number): void => {
    const at = Math.max(0, Math.min(index, sessions.length - 1));
    setSelectedId(sessions[at]?.id ?? null);
    list.current?.show(at);
  };
  const push = (changes: Readonly<Record<string, string | null>>): void => change(changes, "push");
  useKeys("Sessions", [
    { keys: "/", label: "Filter", run: () => filter.current?.focus() },
    { keys: "j", label: "Next session", run: () => select(selected + 1) },
    { keys: "k", label: "Previous session", run: () => select(selected - 1) },
    { keys: "ArrowDown", label: "Next session", run: () => select(selected + 1) },
    { keys: "ArrowUp", label: "Previous session", run: () => select(selected - 1) },
    { keys: "Enter", label: "Open", run: () => selectedId !== null && navigate(sessionHref(project, selectedId)) },
    { keys: "a", label: "Active ones alone", run: () => push({ active: active ? null : "1" }) },
    { keys: "Space", label: "Pause or go on", run: () => setPaused((before) => !before) },
    { keys: "G", label: "Latest", run: () => list.current?.toTop() },
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);

  const problem = filterProblemOf(query.error, q);
  return (
    <>
      <PageHead title={<>
        <Views project={project} byUser={false} count={sessions.length > 0 ? `${formatWhole(sessions.length)}${query.hasNextPage ? "+" : ""}` : ""} />
      </>}>
        {sessions.length > 0 && <CsvButton name={`${project}-sessions`} text={() => sessionsCsv(sessions)} label={query.hasNextPage ? "CSV of those loaded" : "CSV"} />}
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        {room !== "" && (
          <span className="chip mt-1 max-w-64 pl-2">
            <span className="text-muted">room:</span><Name text={room} />
            <button type="button" aria-label="Sessions of every room" className="grid h-full w-6 shrink-0 place-items-center text-muted hover:bg-hover hover:text-fg" onClick={() => push({ room: null })}><CloseIcon /></button>
          </span>
        )}
        <FilterLine project={project} noun="runs" page="sessions" range={range} handle={filter} value={q} problem={problem} placeholder="Filter by their runs: agent:planner status:error user:ann" onChange={(next) => push({ q: next })} />
        <Button aria-pressed={active} className="h-8! aria-pressed:border-accent aria-pressed:bg-selected" title="Only those that go on (a)" onClick={() => push({ active: active ? null : "1" })}>Active only</Button>
        {isLive(range) && (
          <IconButton label={paused ? "Go on (space)" : "Pause (space)"} aria-pressed={paused} className="h-8!" onClick={() => setPaused(!paused)}>
            {paused ? <PlayIcon /> : <PauseIcon />}
          </IconButton>
        )}
      </div>
      {query.error && !query.data && !problem && <ErrorBox failure={failureOf("The sessions could not be read", query.error)} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows count={16} height={ROW_HEIGHT} />}
      {query.data && sessions.length === 0 && !problem && <NoSessions project={project} asked={asked} onChange={push} onRange={setRange} />}
      {sessions.length > 0 && (
        <div className={`flex min-h-0 flex-1 flex-col ${query.isPlaceholderData || problem ? "opacity-60" : ""}`}>
          <Rows
            handle={list} label="Sessions" rowHeight={ROW_HEIGHT} count={sessions.length} columns={COLUMN_COUNT} header={<SessionHeader />}
            activeId={selected >= 0 ? rowId(selected) : undefined}
            onScroll={({ end }) => end && query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
            render={(index, props) => {
              const session = sessions[index];
              return session && (
                <SessionRow
                  project={project} session={session} index={index} now={now} selected={index === selected} props={props}
                  onSelect={() => setSelectedId(session.id)} onRoom={(name) => push({ room: name })}
                />
              );
            }}
          />
          {query.hasNextPage && (
            <div className="flex h-8 items-center justify-center border-t border-soft text-sm text-muted">
              {query.isFetchingNextPage ? "Loading older sessions…" : <Button look="plain" onClick={() => void query.fetchNextPage()}>Load older sessions</Button>}
            </div>
          )}
        </div>
      )}
    </>
  );
}
