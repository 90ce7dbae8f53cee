import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatWhole } from "../../base/format";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import type { Session } from "../../model/api";
import { costOf } from "../../model/cost";
import { lengthMs, participantsOf, sessionHref, stateOf } from "../../model/sessions";
import { plainOf } from "../../model/visible";
import { Name, Visible } from "../../widgets/name";
import type { RowProps } from "../../widgets/rows";

const COLUMNS = ["State", "Session", "Room", "Started", "Duration", "In it now", "Runs", "Errors", "Tokens in / out", "Cost"] as const;
const NUMERIC = new Set(["Duration", "Runs", "Errors", "Tokens in / out", "Cost"]);

export const COLUMN_COUNT = COLUMNS.length;

export function SessionHeader(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="sessions-grid h-7 border-b border-line bg-bg text-sm text-muted">
      {COLUMNS.map((name) => <span key={name} role="columnheader" className={NUMERIC.has(name) ? "text-right" : ""}>{name}</span>)}
    </div>
  );
}

/** The id under which a row stands in the document; the session's own may have spaces. */
export const rowId = (index: number): string => `session-row-${index}`;

interface Props {
  readonly project: string;
  readonly session: Session;
  readonly index: number;
  readonly now: number;
  readonly selected: boolean;
  readonly props: RowProps;
  readonly onSelect: () => void;
  /** Lists those of its room alone. */
  readonly onRoom: (room: string) => void;
}

export function SessionRow({ project, session, index, now, selected, props, onSelect, onRoom }: Props): ReactElement {
  const state = stateOf(session);
  const started = parseMillis(session.started_at);
  const participants = participantsOf(session.participants);
  const { room } = session;
  return (
    <div {...props} id={rowId(index)} aria-selected={selected} className="row sessions-grid border-b border-soft text-sm">
      {/* The colour is the glyph's alone: on a selected row no text in it would be dark enough. */}
      <Cell className={session.is_active ? "" : "text-muted"} title={state.why}><span aria-hidden="true" className={`${state.colour} ${session.is_active ? "pulse" : ""}`}>{state.glyph}</span> {state.label}</Cell>
      <Cell className="font-medium">
        {/* The link covers the row, so that a click anywhere opens it, and a middle click opens a tab. */}
        <Link href={sessionHref(project, session.id)} onClick={onSelect} tabIndex={-1} className="text-base text-fg after:absolute after:inset-0"><Name text={session.id} className="" /></Link>
      </Cell>
      <Cell className="text-muted" title={room === null ? "A conversation: its runs name no room" : plainOf(room)}>
        {room === null ? NONE : (
          <button type="button" tabIndex={-1} title={`Only the sessions of ${plainOf(room)}`} className="relative z-10 h-6 max-w-full truncate hover:text-fg hover:underline" onClick={() => onRoom(room)}><Visible line text={room} /></button>
        )}
      </Cell>
      <Cell className="text-muted" title={bothZones(started)}>{shortTime(started, now)}</Cell>
      <Cell className="text-right">{formatDuration(lengthMs(session, now) * 1e6)}{session.is_active ? "…" : ""}</Cell>
      <Cell className="text-muted" title={plainOf(participants)}><Visible line text={participants} /></Cell>
      <ActivityCells session={session} />
    </div>
  );
}

function ActivityCells({ session: { activity } }: { readonly session: Session }): ReactElement {
  if (activity === null) return <>{[1, 2, 3, 4].map((each) => <Cell key={each} className="text-right text-muted">{NONE}</Cell>)}</>;
  const { tokens, runs, running, errors } = activity;
  const cost = costOf(activity.cost, tokens);
  return (
    <>
      <Cell className="text-right" title={running > 0 ? `${formatWhole(running)} running` : undefined}>
        {running > 0 && <span className="pulse text-running" aria-hidden="true">◐ </span>}{formatWhole(runs)}
      </Cell>
      <Cell className={`text-right ${errors > 0 ? "text-error" : "text-muted"}`}>{errors > 0 && <span aria-hidden="true">✗ </span>}{formatWhole(errors)}</Cell>
      <Cell className="text-right text-muted">{tokens.input === null && tokens.output === null ? NONE : <><span className="text-fg">{formatCount(tokens.input)}</span> / {formatCount(tokens.output)}</>}</Cell>
      <Cell className={`text-right ${cost.isUnpriced ? "text-warn" : ""}`} title={cost.why}>{cost.text}{cost.isPartial && <span className="text-warn">+<span className="sr-only"> and more that is unpriced</span></span>}</Cell>
    </>
  );
}

function Cell({ className = "", title, children }: { readonly className?: string; readonly title?: string | undefined; readonly children?: ReactNode }): ReactElement {
  return <span role="gridcell" title={title} className={`truncate ${className}`}>{children}</span>;
}
