import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { formatWhole, plural } from "../../base/format";
import { bothZones, parseMillis } from "../../base/time";
import { lastSessionQuery } from "../../data/rooms";
import { costOf } from "../../model/cost";
import { SERVICE_LOOKS, agoOf, clockLength } from "../../model/rooms";
import type { Participant, RoomNow } from "../../model/schema";
import { sessionHref } from "../../model/sessions";
import { plainOf } from "../../model/visible";
import { useNow } from "../../widgets/clock";
import { Visible } from "../../widgets/name";
import type { Flow } from "./useRoom";

const SHOWN_PRESENT = 5;
const ENDS: Readonly<Record<string, string>> = { ended: "was ended", killed: "was stopped", idle: "fell silent" };

/** Whether the room is in a session, since when, and which. */
export function RoomState({ project, room }: { readonly project: string; readonly room: RoomNow }): ReactElement {
  const { session } = room;
  const now = useNow(session !== null);
  if (session === null) return <span className="shrink-0 pl-2 text-sm whitespace-nowrap text-muted"><span aria-hidden="true">○</span> in no session</span>;
  const started = parseMillis(session.started_at);
  return (
    <>
      <span className="shrink-0 pl-2 text-sm whitespace-nowrap text-ok" title={`Since ${bothZones(started)}`}><span className="pulse" aria-hidden="true">●</span> active {clockLength(now - started)}</span>
      <span className="flex min-w-0 gap-1.5 pl-2 text-sm text-muted">session <SessionLink project={project} id={session.id} /></span>
    </>
  );
}

function SessionLink({ project, id }: { readonly project: string; readonly id: string }): ReactElement {
  return <Link href={sessionHref(project, id)} title={plainOf(id)} className="inline-block max-w-56 min-w-0 truncate align-bottom font-mono text-accent hover:underline"><Visible line text={id} /></Link>;
}

/** Who is there and how much comes from it; where no session goes on, what the last one was. */
export function RoomFacts({ project, room, flow, isStale }: {
  readonly project: string;
  readonly room: RoomNow;
  readonly flow: Flow;
  /** The room could not be read again. */
  readonly isStale: boolean;
}): ReactElement {
  const { activity } = room;
  const cost = activity && costOf(activity.cost, activity.tokens);
  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-5 gap-y-1 px-4 py-1 text-sm text-muted">
      {room.session === null ? <LastSession project={project} room={room.name} /> : <Present present={room.present} />}
      <span className="ml-auto flex flex-wrap gap-x-5">
        {isStale && <span className="text-warn" role="status">! not up to date</span>}
        {activity && activity.running > 0 && <Fact colour="text-running"><span className="pulse" aria-hidden="true">◐</span> {formatWhole(activity.running)} running</Fact>}
        {activity && activity.errors > 0 && <Fact colour="text-error"><span aria-hidden="true">✗</span> {plural(activity.errors, "run")} failed</Fact>}
        {TROUBLES.map((state) => <Trouble key={state} state={state} count={room.service_states[state] ?? 0} />)}
        {cost && <span title={cost.why}>{cost.text}{cost.isPartial && "+"}</span>}
        <span className="tabular-nums" title="What the stream brings of this room, averaged over 5 s">{flow.perSecond} ev/s</span>
        <span className={flow.dropped === 0 ? "" : "text-warn"} title="What the stream could not bring since this page was opened; where it is missing, a row says so">
          dropped {flow.dropped === null ? "some" : formatWhole(flow.dropped)}
        </span>
      </span>
    </div>
  );
}

const TROUBLES = ["failed", "unknown"] as const;

function Trouble({ state, count }: { readonly state: (typeof TROUBLES)[number]; readonly count: number }): ReactElement | null {
  if (count === 0) return null;
  const { glyph, colour, why } = SERVICE_LOOKS[state];
  return <span className={colour} title={why}><span aria-hidden="true">{glyph}</span> {plural(count, "service")} {state}</span>;
}

function Fact({ colour, children }: { readonly colour: string; readonly children: ReactNode }): ReactElement {
  return <span className={colour}>{children}</span>;
}

function Present({ present }: { readonly present: readonly Participant[] }): ReactElement {
  if (present.length === 0) return <span title="The session is what telemetry tells of">Nobody is connected</span>;
  const rest = present.length - SHOWN_PRESENT;
  return (
    <ul aria-label="Who is in it" className="flex min-w-0 flex-wrap gap-1.5">
      {present.slice(0, SHOWN_PRESENT).map(({ id, name, role }) => (
        <li key={id} title={plainOf(`${name}, ${role}\n${id}`)} className="flex h-6 max-w-56 items-center gap-1.5 rounded-full border border-line px-2">
          <span className="truncate text-fg"><Visible line text={name || id} /></span>
          {role && <span className="max-w-24 truncate text-xs"><Visible line text={role} /></span>}
        </li>
      ))}
      {rest > 0 && <li className="flex h-6 items-center">and {formatWhole(rest)} more</li>}
    </ul>
  );
}

function LastSession({ project, room }: { readonly project: string; readonly room: string }): ReactElement {
  const { data } = useQuery(lastSessionQuery(project, room));
  const now = useNow(data !== undefined && data !== null);
  if (data === undefined) return <span>No session goes on in this room.</span>;
  if (data === null) return <span>No session goes on in this room, and none ever did. One begins when somebody connects to it, or telemetry names it.</span>;
  const ended = parseMillis(data.ended_at ?? data.last_at);
  return (
    <span className="min-w-0">
      No session goes on in this room. The last one, <SessionLink project={project} id={data.id} />, <span title={bothZones(ended)}>{ENDS[data.ended_by ?? "idle"] ?? "ended"} {agoOf(now - ended)}.</span>
    </span>
  );
}
