import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatWhole } from "../../base/format";
import { bothZones, formatDuration, parseMillis } from "../../base/time";
import { costOf } from "../../model/cost";
import { agoOf, clockLength, roomHref, servicesOf } from "../../model/rooms";
import type { Room } from "../../model/schema";
import { participantsOf } from "../../model/sessions";
import { plainOf } from "../../model/visible";
import { Visible } from "../../widgets/name";
import type { RowProps } from "../../widgets/rows";

const COLUMNS = ["State", "Room", "In it now", "Services", "Runs", "Running", "Errors", "Tokens in / out", "Cost", "Median run", "Last heard"] as const;
const NUMERIC = new Set<string>(["Runs", "Running", "Errors", "Tokens in / out", "Cost", "Median run", "Last heard"]);

export const COLUMN_COUNT = COLUMNS.length;

export function RoomHeader(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="rooms-grid h-7 border-b border-line bg-bg text-sm text-muted">
      {COLUMNS.map((name) => <span key={name} role="columnheader" className={`truncate ${NUMERIC.has(name) ? "text-right" : ""}`}>{name}</span>)}
    </div>
  );
}

/** The id under which a row stands in the document; the room's own name may have spaces. */
export const rowId = (index: number): string => `room-row-${index}`;

interface Props {
  readonly project: string;
  readonly room: Room;
  /** When something was last heard of it, in ms since 1970. */
  readonly heard: number | null;
  readonly index: number;
  readonly now: number;
  readonly selected: boolean;
  /** Whether the reader may look into it. */
  readonly mayOpen: boolean;
  readonly props: RowProps;
  readonly onSelect: () => void;
}

export function RoomRow({ project, room, heard, index, now, selected, mayOpen, props, onSelect }: Props): ReactElement {
  const { session } = room;
  const there = participantsOf(session?.participants ?? null);
  const services = servicesOf(room.service_states);
  const troubled = (room.service_states["failed"] ?? 0) + (room.service_states["unknown"] ?? 0) > 0;
  return (
    <div {...props} id={rowId(index)} aria-selected={selected} className="row rooms-grid border-b border-soft text-sm">
      {session === null ? <Cell className="text-muted" title="It is in no session"><span aria-hidden="true">○</span> quiet</Cell> : (
        <Cell title={`Session ${plainOf(session.id)}, since ${bothZones(parseMillis(session.started_at))}`}>
          <span aria-hidden="true" className="pulse text-ok">●</span> {clockLength(now - parseMillis(session.started_at))}
        </Cell>
      )}
      <Cell className="font-medium" title={plainOf(room.name)}>
        {mayOpen
          // The link covers the row, so that a click anywhere opens it, and a middle click opens a tab.
          ? <Link href={roomHref(project, room.name)} onClick={onSelect} tabIndex={-1} className="text-base text-fg after:absolute after:inset-0"><Visible line text={room.name} /></Link>
          : <span className="text-base"><Visible line text={room.name} /></span>}
      </Cell>
      <Cell className={there === NONE ? "text-muted" : ""} title={plainOf(there)}><Visible line text={there} /></Cell>
      <Cell className={troubled ? "text-warn" : "text-muted"} title={plainOf(services)}>{services === "" ? NONE : <Visible line text={services} />}</Cell>
      <ActivityCells activity={room.activity} />
      <Cell className="text-right text-muted" title={heard === null ? undefined : bothZones(heard)}>{heard === null ? NONE : agoOf(now - heard)}</Cell>
    </div>
  );
}

function ActivityCells({ activity }: { readonly activity: Room["activity"] }): ReactElement {
  if (activity === null) return <>{[1, 2, 3, 4, 5, 6].map((each) => <Cell key={each} className="text-right text-muted">{NONE}</Cell>)}</>;
  const { tokens, runs, running, errors, median } = activity;
  const cost = costOf(activity.cost, tokens);
  return (
    <>
      <Cell className="text-right">{formatWhole(runs)}</Cell>
      <Cell className={`text-right ${running > 0 ? "text-running" : "text-muted"}`}>{running > 0 && <span className="pulse" aria-hidden="true">◐ </span>}{formatWhole(running)}</Cell>
      <Cell className={`text-right ${errors > 0 ? "text-error" : "text-muted"}`}>{errors > 0 && <span aria-hidden="true">✗ </span>}{formatWhole(errors)}</Cell>
      <Cell className="text-right text-muted">{tokens.input === null && tokens.output === null ? NONE : <><span className="text-fg">{formatCount(tokens.input)}</span> / {formatCount(tokens.output)}</>}</Cell>
      <Cell className={`text-right ${cost.isUnpriced ? "text-warn" : ""}`} title={cost.why}>{cost.text}{cost.isPartial && <span className="text-warn">+<span className="sr-only"> and more that is unpriced</span></span>}</Cell>
      <Cell className="text-right text-muted">{median.duration_ms === null ? NONE : formatDuration(median.duration_ms * 1e6)}</Cell>
    </>
  );
}

function Cell({ className = "", title, children }: { readonly className?: string; readonly title?: string | undefined; readonly children?: ReactNode }): ReactElement {
  return <span role="gridcell" title={title} className={`truncate ${className}`}>{children}</span>;
}
