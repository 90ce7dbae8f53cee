import { type ReactElement, useCallback, useMemo } from "react";
import { plural } from "../../base/format";
import { type Lane, lanesOf } from "../../model/session-lanes";
import { type Happening, offsetOf, shortOffsetOf } from "../../model/session-timeline";
import type { View } from "../../model/waterfall";
import { BrushMap } from "../../widgets/brush-map";
import { colourReader } from "../../widgets/theme-watch";

const LANE = 18;
const GUTTER = 84;
const NAMES = ["In the room", "Agents", "Tools", "Errors"];
const HEIGHT = NAMES.length * LANE;
const COLOURS: Readonly<Record<Lane["name"], string>> = { "In the room": "--kind-room", Agents: "--kind-agent", Tools: "--kind-tool" };

interface Props {
  readonly list: readonly Happening[];
  readonly whole: View;
  readonly window: View;
  readonly isZoomed: boolean;
  readonly playhead: number | null;
  /** When the session ended, null while it goes on. */
  readonly end: number | null;
  readonly onWindow: (window: View | null) => void;
  readonly onMoment: (ms: number) => void;
}

/** The whole session at a glance. A drag chooses a window, a click puts the playhead there. */
export function SessionMap({ list, whole, window, isZoomed, playhead, end, onWindow, onMoment }: Props): ReactElement {
  const lanes = useMemo(() => lanesOf(list, end), [list, end]);
  const length = whole.to - whole.from;
  const share = (ms: number): number => (ms - whole.from) / length;
  return (
    <div className="mx-4 grid shrink-0 pb-1.5" style={{ gridTemplateColumns: `${GUTTER}px minmax(0, 1fr)` }}>
      <div className="text-xs text-muted" aria-hidden="true">
        {NAMES.map((name) => <div key={name} className="flex items-center" style={{ height: LANE }}>{name}</div>)}
      </div>
      <BrushMap
        height={HEIGHT}
        label={`Overview of ${plural(list.length, "moment")}, ${plural(lanes.errors.length, "failure")}. Arrow keys move the playhead, w and s zoom, a and d move, 0 shows everything.`}
        draw={useCallback((context, width) => draw(context, lanes, whole, width), [lanes, whole])}
        chosen={isZoomed ? { from: share(window.from), to: share(window.to) } : null}
        onPart={({ from, to }) => onWindow({ from: whole.from + from * length, to: whole.from + to * length })}
        onPoint={(at) => onMoment(whole.from + at * length)}
        onAll={() => onWindow(null)}
      >
        {playhead !== null && playhead >= whole.from && playhead <= whole.to && (
          <div data-playhead className="absolute inset-y-0 w-0.5 -translate-x-1/2 bg-accent" style={{ left: `${share(playhead) * 100}%` }} />
        )}
      </BrushMap>
      <span />
      <div className="flex justify-between pt-0.5 font-mono text-xs text-muted" aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => <span key={part}>{(length < 10_000 ? offsetOf : shortOffsetOf)(part * length)}</span>)}
      </div>
    </div>
  );
}

function draw(context: CanvasRenderingContext2D, { lanes, errors }: ReturnType<typeof lanesOf>, whole: View, width: number): void {
  const colour = colourReader();
  const x = (ms: number): number => ((ms - whole.from) / (whole.to - whole.from)) * width;
  context.fillStyle = colour("--soft");
  for (let at = 1; at < NAMES.length; at += 1) context.fillRect(0, at * LANE, width, 1);
  lanes.forEach(({ name, bars, rows }, at) => {
    const rowHeight = (LANE - 6) / rows;
    for (const bar of bars) {
      context.fillStyle = colour(bar.isError ? "--error-fill" : COLOURS[name]);
      const left = x(bar.from);
      context.fillRect(left, at * LANE + 3 + bar.row * rowHeight, Math.max(2, x(bar.to ?? whole.to) - left), Math.max(1.5, rowHeight - 1));
    }
  });
  context.fillStyle = colour("--error-fill");
  const base = NAMES.length * LANE - 4;
  for (const at of errors) {
    const middle = x(at);
    context.beginPath();
    context.moveTo(middle - 5, base);
    context.lineTo(middle + 5, base);
    context.lineTo(middle, base - 10);
    context.fill();
  }
}
