import { type ReactElement, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { formatWhole } from "../../base/format";
import { failureOf } from "../../data/failure";
import { useUrlState } from "../../data/hooks";
import { useMay } from "../../data/session";
import { roomsCsv } from "../../model/exports";
import { lastHeard, layRooms, roomHref } from "../../model/rooms";
import { Button, IconButton } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import { useNow } from "../../widgets/clock";
import { PauseIcon, PlayIcon, SearchIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { Rows, type RowsHandle } from "../../widgets/rows";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { COLUMN_COUNT, RoomHeader, RoomRow, rowId } from "./RoomRow";
import { useRooms } from "./useRooms";

const ROW_HEIGHT = 32;

/** The rooms of a project: those that are in a session, with who is there, and those that were. */
export function RoomsPage({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const [, navigate] = useLocation();
  const [text, active] = [params.get("q") ?? "", params.get("active") === "1"];
  const [paused, setPaused] = useState(false);
  const { query, rooms, heard } = useRooms(project, paused);
  const shown = useMemo(() => layRooms(rooms, heard, text, active), [rooms, heard, text, active]);
  const [selectedName, setSelectedName] = useState<string | null>(null);
  const list = useRef<RowsHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  const now = useNow(!paused);
  const mayOpen = useMay(project, "read");

  const selected = shown.findIndex(({ name }) => name === selectedName);
  const select = (index: number): void => {
    const at = Math.max(0, Math.min(index, shown.length - 1));
    setSelectedName(shown[at]?.name ?? null);
    list.current?.show(at);
  };
  const onlyActive = (only: boolean): void => change({ active: only ? "1" : null }, "push");
  useKeys("Rooms", [
    { keys: "/", label: "Filter", run: () => search.current?.focus() },
    { keys: "j", label: "Next room", run: () => select(selected + 1) },
    { keys: "k", label: "Previous room", run: () => select(selected - 1) },
    { keys: "ArrowDown", label: "Next room", run: () => select(selected + 1) },
    { keys: "ArrowUp", label: "Previous room", run: () => select(selected - 1) },
    { keys: "Enter", label: "Open", run: () => selectedName !== null && mayOpen && navigate(roomHref(project, selectedName)) },
    { keys: "a", label: "Active ones alone", run: () => onlyActive(!active) },
    { keys: "Space", label: "Pause or go on", run: () => setPaused((before) => !before) },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(location.href) },
  ]);

  const live = rooms.filter(({ session }) => session !== null).length;
  return (
    <>
      <PageHead title={<>
        <h1 className="text-lg font-semibold">Rooms</h1>
        {rooms.length > 0 && <span className="text-sm text-muted">{formatWhole(rooms.length)}{query.hasNextPage ? "+" : ""} · <span className={live > 0 ? "text-ok" : ""}>{formatWhole(live)} active</span></span>}
      </>}>
        {rooms.length > 0 && <CsvButton name={`${project}-rooms`} text={() => roomsCsv(rooms)} label={query.hasNextPage ? "CSV of those loaded" : "CSV"} />}
        <CopyLink link={() => location.href} />
      </PageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <search className="flex h-8 min-w-0 flex-1 items-center gap-1 rounded-md border border-line px-2 focus-within:border-accent">
          <span className="text-muted"><SearchIcon /></span>
          <input
            ref={search} type="text" aria-label="Filter by name" value={text} placeholder="Filter by name" spellCheck={false} autoComplete="off"
            className="h-6 min-w-32 flex-1 bg-transparent outline-none placeholder:text-muted"
            onChange={(event) => change({ q: event.target.value }, "replace")}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
        </search>
        <Button aria-pressed={active} className="h-8! aria-pressed:border-accent aria-pressed:bg-selected" title="Only those in a session (a)" onClick={() => onlyActive(!active)}>Active only</Button>
        <IconButton label={paused ? "Go on (space)" : "Pause (space)"} aria-pressed={paused} className="h-8! w-8!" onClick={() => setPaused(!paused)}>{paused ? <PlayIcon /> : <PauseIcon />}</IconButton>
      </div>
      {paused && <p role="status" className="px-4 pb-2 text-sm text-warn">‖ Paused: the list stands still</p>}
      {query.error && !query.data && <ErrorBox failure={failureOf("The rooms could not be read", query.error)} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows count={12} height={ROW_HEIGHT} />}
      {query.data && rooms.length === 0 && <NoRooms />}
      {rooms.length > 0 && shown.length === 0 && (
        <Empty title="No room passes this filter">
          <div className="flex flex-wrap justify-center gap-2">
            {text !== "" && <Button onClick={() => change({ q: null }, "push")}>Without <code>{text}</code></Button>}
            {active && <Button onClick={() => onlyActive(false)}>Quiet ones, too</Button>}
          </div>
        </Empty>
      )}
      {shown.length > 0 && (
        <Rows
          handle={list} label="Rooms" rowHeight={ROW_HEIGHT} count={shown.length} columns={COLUMN_COUNT} header={<RoomHeader />}
          activeId={selected >= 0 ? rowId(selected) : undefined} className={`rooms ${query.error ? "opacity-60" : ""}`}
          onScroll={({ end }) => end && query.hasNextPage && !query.isFetching && void query.fetchNextPage()}
          render={(index, props) => {
            const room = shown[index];
            return room && (
              <RoomRow
                project={project} room={room} heard={lastHeard(room, heard.get(room.name))} index={index} now={now} mayOpen={mayOpen}
                selected={index === selected} props={props} onSelect={() => setSelectedName(room.name)}
              />
            );
          }}
        />
      )}
    </>
  );
}

function NoRooms(): ReactElement {
  return (
    <Empty title="No room yet">
      <p>A room is a durable place where people, agents and services work together. It is made when telemetry first names one (<code>room</code> as an attribute, or <code>MESHAGENT_ROOM</code> in an agent's environment), or when somebody connects to it.</p>
    </Empty>
  );
}
