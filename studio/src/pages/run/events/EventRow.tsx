import type { ReactElement } from "react";
import { clockTime, bothZones, formatDuration, parseNanos } from "../../../base/time";
import { kindOf } from "../../../model/kinds";
import type { EventKind, RunEvent } from "../../../model/run-timeline";
import { cutAt } from "../../../model/visible";
import { Visible } from "../../../widgets/name";
import type { RowProps } from "../../../widgets/rows";

export const ROW_HEIGHT = 24;
const LINE = 400;

export const LABELS: Readonly<Record<EventKind, string>> = {
  run: "Run", agent: "Agents", llm: "Models", tool: "Tools", step: "Other steps", said: "Told", stream: "Streamed", result: "Result", error: "Errors", plugin: "Plugins", finding: "Findings",
};

const GLYPHS: Readonly<Partial<Record<EventKind, readonly [glyph: string, label: string]>>> = {
  run: ["▷", "run"], said: ["“", "told"], stream: ["≈", "streamed"], result: ["✓", "result"], error: ["✗", "error"], plugin: ["⌁", "plugin"], finding: ["↻", "finding"],
};

export function EventHeader(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="event-grid h-7 border-b border-line bg-bg text-sm text-muted">
      <span role="columnheader" className="text-right">After</span>
      <span role="columnheader"><span className="kind-name">Kind</span></span>
      <span role="columnheader">What</span>
      <span role="columnheader">Detail</span>
      <span role="columnheader" className="text-right">Took</span>
    </div>
  );
}

/** One event in one line; what is long is in its panel. */
export function EventRow({ event, startedAt, selected, props, onChoose }: {
  readonly event: RunEvent;
  readonly startedAt: string;
  readonly selected: boolean;
  readonly props: RowProps;
  readonly onChoose: () => void;
}): ReactElement {
  const { kind, isError } = event;
  const ms = Number(event.at / 1_000_000n);
  const start = parseNanos(startedAt);
  const look = kindOf(kind === "step" ? "internal" : kind);
  const [glyph, label] = GLYPHS[kind] ?? [look.glyph, look.label];
  return (
    // The keyboard reaches rows through the grid's own keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div {...props} id={`event-${event.id}`} aria-selected={selected} className="row event-grid cursor-default border-b border-soft text-sm" onClick={onChoose}>
      <span role="gridcell" className="truncate text-right text-muted" title={`${clockTime(ms)}\n${bothZones(ms)}`}>{start === null ? clockTime(ms) : `+${formatDuration(Number(event.at - start))}`}</span>
      <span role="gridcell" className={`flex items-center gap-1.5 ${isError ? "text-error" : "text-muted"}`}>
        <span aria-hidden="true" style={isError || GLYPHS[kind] ? undefined : { color: `var(${look.colour})` }}>{isError ? "✗" : glyph}</span>
        <span className="kind-name">{label}</span>
      </span>
      <span role="gridcell" className="truncate font-medium"><Visible line text={cutAt(event.name, LINE)} /></span>
      <span role="gridcell" className={`truncate ${isError ? "text-error" : "text-muted"}`}>
        {event.isUnverified && <span className="text-warn" title="It was found in what the agent printed, where anybody can write anything">printed </span>}
        <Visible line text={cutAt(event.text, LINE)} />
      </span>
      <span role="gridcell" className="text-right text-muted">{event.durationNs === undefined ? "" : event.durationNs === null ? "runs…" : formatDuration(event.durationNs)}</span>
    </div>
  );
}
