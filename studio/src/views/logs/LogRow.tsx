import { type ReactElement, memo } from "react";
import { formatWhole } from "../../base/format";
import { clockTime } from "../../base/time";
import type { Attribute, Log } from "../../model/api";
import { quoteValue } from "../../model/filter";
import { type Happening, developerLogOf, happeningOf } from "../../model/happening";
import { bodyLine, levelOf } from "../../model/level";
import { type Line as TailLine, lineId } from "../../model/tail";
import { cutAt, plainOf } from "../../model/visible";
import { Visible } from "../../widgets/name";
import { Value } from "../../widgets/value";

export const ROW_HEIGHT = 20;
const LINE_CHARACTERS = 500;

export function LogHeader(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="log-grid h-7 border-b border-line bg-bg font-sans text-sm text-muted">
      <span role="columnheader">Time</span>
      <span role="columnheader">Level</span>
      <span role="columnheader" className="log-service">Service</span>
      <span role="columnheader">Message</span>
    </div>
  );
}

interface Props {
  readonly line: TailLine;
  /** Where it stands in the list, and in the grid as it is announced. */
  readonly at: number;
  readonly index: number;
  readonly top: string;
  readonly selected: boolean;
  /** The moment that the page is about falls before it, and behind the one above. */
  readonly isHere: boolean;
  readonly onChoose: (line: TailLine, at: number) => void;
}

/** Where a record was written is for the panel; the line has room for what it says. */
function isTelling({ key }: Attribute): boolean {
  return !key.startsWith("code.") && !key.startsWith("exception.");
}

export function rowId(line: TailLine): string {
  return `log-${lineId(line)}`;
}

export const LogRow = memo(function LogRow({ line, at, index, top, selected, isHere, onChoose }: Props): ReactElement {
  const happening = line.type === "log" ? happeningOf(line.log) : null;
  return (
    // The keyboard reaches rows through the grid's own keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="row" id={rowId(line)} aria-rowindex={index} aria-selected={selected}
      className={`row cursor-default text-sm ${line.type === "gap" ? "px-4 text-warn" : "log-grid font-mono"} ${isHere ? "shadow-[inset_0_2px_0_var(--accent)]" : ""}`}
      data-here={isHere || undefined}
      style={{ transform: top }}
      onClick={() => onChoose(line, at)}
    >
      {line.type === "gap" ? <GapCell reason={line.reason} missed={line.missed} /> : happening ? <RoomCells ms={line.ms} happening={happening} /> : <Cells log={line.log} ms={line.ms} />}
    </div>
  );
});

/** A break in the tail: a line across it that says how much is missing, and why. */
function GapCell({ reason, missed }: { readonly reason: string; readonly missed: number | null }): ReactElement {
  return (
    <span role="gridcell" className="flex w-full items-center gap-2" title="Show what the store has of this time">
      <span className="h-px w-40 shrink-0 border-t border-dashed border-warn" aria-hidden="true" />
      <span className="rounded-full bg-warn-wash px-2 font-medium">! {missed === null ? "Records" : formatWhole(missed)} missing here</span>
      <span className="truncate">{reason}</span>
      <span className="h-px min-w-4 flex-1 border-t border-dashed border-warn" aria-hidden="true" />
    </span>
  );
}

function RoomCells({ ms, happening }: { readonly ms: number; readonly happening: Happening }): ReactElement {
  return (
    <>
      <span role="gridcell" className="text-muted">{clockTime(ms)}</span>
      <span role="gridcell" className="text-[11px] text-muted">ROOM</span>
      <span role="gridcell" aria-colspan={2} className="col-span-2 truncate font-sans text-muted"><span className="inline-block w-5" aria-hidden="true">{happening.glyph}</span><Line text={happening.text} /></span>
    </>
  );
}

function Cells({ log, ms }: { readonly log: Log; readonly ms: number }): ReactElement {
  const level = levelOf(log.level);
  const failed = log.level === "error" || log.level === "fatal";
  return (
    <>
      <span role="gridcell" className="text-muted">{clockTime(ms)}</span>
      <span role="gridcell" className={`font-semibold ${level.colour}`}>{log.level === null ? level.label : <Value term={`level:${log.level}`}>{level.label}</Value>}</span>
      <span role="gridcell" className="log-service truncate text-muted" title={log.service === null ? undefined : plainOf(log.service)}>{log.service && <Value term={`service:${quoteValue(log.service)}`}><Line text={log.service} /></Value>}</span>
      <span role="gridcell" className={`truncate ${failed ? "text-error" : ""}`}>
        <Said log={log} />
        {log.trace_id && <span className="pl-3 text-muted" title="Belongs to a trace" aria-hidden="true">⤳</span>}
      </span>
    </>
  );
}

function Said({ log }: { readonly log: Log }): ReactElement {
  const told = developerLogOf(log);
  if (told) {
    return (
      <>
        <span className="mr-2 inline-block max-w-40 truncate rounded-[3px] border border-line bg-surface px-1 align-bottom text-xs leading-4 text-fg"><Line text={told.type} /></span>
        <Line text={bodyLine(told.message)} />
        <Named values={told.rest} isFirst={told.message === ""} />
      </>
    );
  }
  const values = log.attributes.filter(isTelling).map(({ key, value }) => [key, value] as const);
  return (
    <>
      {log.event_name && <span className="text-muted"><Line text={log.event_name} /> </span>}
      <Line text={bodyLine(log.body)} />
      <Named values={values} isFirst={false} />
    </>
  );
}

/** As much of a text as a line can show, its hidden characters named, and apart from what stands around it. */
function Line({ text }: { readonly text: string }): ReactElement {
  return <Visible line text={text.length > LINE_CHARACTERS ? cutAt(text, LINE_CHARACTERS) : text} />;
}

function Named({ values, isFirst }: { readonly values: readonly (readonly [string, unknown])[]; readonly isFirst: boolean }): ReactElement {
  return (
    <>
      {values.slice(0, 4).map(([key, value], at) => (
        <span key={key} className={`text-muted ${isFirst && at === 0 ? "" : "pl-3"}`}>{key}=<Line text={bodyLine(value).slice(0, 60)} /></span>
      ))}
    </>
  );
}
