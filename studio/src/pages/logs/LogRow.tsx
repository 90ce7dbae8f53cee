import { type ReactElement, memo } from "react";
import type { Attribute, Log } from "../../model/api";
import { clockTime, parseMillis } from "../../base/time";
import { bodyLine, levelOf } from "../../model/level";
import { type Line, lineId } from "../../model/tail";

export const ROW_HEIGHT = 20;

export function LogHeader(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="log-grid h-7 border-b border-line bg-bg font-sans text-sm text-muted">
      <span role="columnheader">Time</span>
      <span role="columnheader">Level</span>
      <span role="columnheader">Service</span>
      <span role="columnheader">Message</span>
    </div>
  );
}

interface Props {
  readonly line: Line;
  readonly index: number;
  readonly top: string;
  readonly selected: boolean;
  readonly onChoose: (line: Line) => void;
}

/** Where a record was written is for the panel; the line has room for what it says. */
function isTelling({ key }: Attribute): boolean {
  return !key.startsWith("code.") && !key.startsWith("exception.");
}

export function rowId(line: Line): string {
  return `log-${lineId(line)}`;
}

export const LogRow = memo(function LogRow({ line, index, top, selected, onChoose }: Props): ReactElement {
  const style = { height: ROW_HEIGHT, transform: top };
  if (line.type === "gap") {
    return (
      <div role="row" id={rowId(line)} aria-rowindex={index} className="row bg-warn-wash px-4 text-sm text-warn" style={style}>
        <span role="gridcell">! Records are missing here: {line.reason}</span>
      </div>
    );
  }
  return (
    // The keyboard reaches rows through the grid's own keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div role="row" id={rowId(line)} aria-rowindex={index} aria-selected={selected} className="row log-grid cursor-default font-mono text-sm" style={style} onClick={() => onChoose(line)}>
      <Cells log={line.log} />
    </div>
  );
});

function Cells({ log }: { readonly log: Log }): ReactElement {
  const level = levelOf(log.level);
  const failed = log.level === "error" || log.level === "fatal";
  return (
    <>
      <span role="gridcell" className="text-muted">{clockTime(parseMillis(log.time))}</span>
      <span role="gridcell" className={`font-semibold ${level.colour}`}>{level.label}</span>
      <span role="gridcell" className="truncate text-muted">{log.service ?? ""}</span>
      <span role="gridcell" className={`truncate ${failed ? "text-error" : ""}`}>
        {log.event_name && <span className="text-muted">{log.event_name} </span>}
        {bodyLine(log.body)}
        {log.attributes.filter(isTelling).slice(0, 4).map(({ key, value }) => (
          <span key={key} className="pl-3 text-muted">{key}={bodyLine(value).slice(0, 60)}</span>
        ))}
        {log.trace_id && <span className="pl-3 text-muted" title="Belongs to a trace" aria-hidden="true">⤳</span>}
      </span>
    </>
  );
}
