import { type ReactElement, useCallback, useRef } from "react";
import { Link } from "wouter";
import { failureOf, isForbidden, isMissing } from "../../data/failure";
import { useRange, useSearch, useUrlState } from "../../data/hooks";
import { frozenLink } from "../../model/link";
import { type RoomTab, ROOM_TABS, roomHref } from "../../model/rooms";
import type { RoomNow } from "../../model/schema";
import { oneOf } from "../../model/usage";
import { useKeys } from "../../widgets/keys";
import { Name } from "../../widgets/name";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { PageTabs } from "../../widgets/page-tabs";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Empty, ErrorBox, NoPermission, SkeletonRows } from "../../widgets/states";
import { RoomFacts, RoomState } from "./RoomHead";
import { RoomLogs } from "./RoomLogs";
import { RoomMetrics } from "./RoomMetrics";
import { RoomServices } from "./RoomServices";
import { RoomTraces } from "./RoomTraces";
import { useRoom } from "./useRoom";

const LABELS: Readonly<Record<RoomTab, string>> = { logs: "Logs", traces: "Traces", metrics: "Metrics", services: "Services" };

/** The console of a room: what happens in it now, and whether something is broken. */
export function RoomPage({ project, room, tab }: { readonly project: string; readonly room: string; readonly tab: string | undefined }): ReactElement {
  const { query, flow } = useRoom(project, room);
  const { range, setRange } = useRange();
  const picker = useRef<RangeHandle>(null);
  const chosen = oneOf(ROOM_TABS, tab) ?? "logs";
  useKeys("This room", [
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);
  const { data, error } = query;
  return (
    <>
      <PageHead title={<>
        <Link href={`/p/${encodeURIComponent(project)}/rooms`} className="text-muted hover:text-fg hover:underline">Rooms</Link>
        <span className="text-muted" aria-hidden="true">/</span>
        <h1 className="max-w-80 shrink-0 truncate text-lg font-semibold"><Name text={room} className="" /></h1>
        {data && <RoomState project={project} room={data} />}
      </>}>
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      {!data && error && <Failed project={project} error={error} onRetry={() => void query.refetch()} />}
      {!data && !error && <SkeletonRows count={20} height={24} />}
      {data && (
        <>
          <RoomFacts project={project} room={data} flow={flow} isStale={error !== null} />
          <RoomTabs project={project} room={data} chosen={chosen} />
          <Panel key={room} project={project} room={data} tab={chosen} />
        </>
      )}
    </>
  );
}

/** The filter belongs to one tab, the time range to all of them. */
function RoomTabs({ project, room, chosen }: { readonly project: string; readonly room: RoomNow; readonly chosen: RoomTab }): ReactElement {
  const search = useSearch();
  const kept = new URLSearchParams(search);
  kept.delete("q");
  kept.delete("log");
  const counts: Partial<Readonly<Record<RoomTab, number>>> = { traces: room.activity?.runs ?? 0, services: room.services.length };
  const tabs = ROOM_TABS.map((name) => ({
    href: `${roomHref(project, room.name, name)}${kept.size === 0 ? "" : `?${kept}`}`, label: LABELS[name], count: counts[name],
  }));
  return <PageTabs label="Parts of the room" tabs={tabs} current={LABELS[chosen]} />;
}

function Panel({ project, room, tab }: { readonly project: string; readonly room: RoomNow; readonly tab: RoomTab }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const setFilter = useCallback((q: string) => change({ q, log: null }, "push"), [change]);
  const shared = { project, room: room.name, q: params.get("q") ?? "", range, onFilter: setFilter, onRange: setRange };
  switch (tab) {
    case "logs":
      return <RoomLogs {...shared} />;
    case "traces":
      return <RoomTraces {...shared} />;
    case "metrics":
      return <RoomMetrics {...shared} />;
    case "services":
      return <RoomServices project={project} room={room} />;
  }
}

function Failed({ project, error, onRetry }: {
  readonly project: string;
  readonly error: Error;
  readonly onRetry: () => void;
}): ReactElement {
  if (isForbidden(error)) return <NoPermission to="look into this room" />;
  if (!isMissing(error)) return <ErrorBox failure={failureOf("The room could not be read", error)} onRetry={onRetry} />;
  return (
    <Empty title="There is no such room">
      <p>It is made when telemetry first names it, or when somebody connects to it; its page then stands here.</p>
      <p><Link className="text-accent hover:underline" href={`/p/${encodeURIComponent(project)}/rooms`}>All rooms of this project</Link></p>
    </Empty>
  );
}
