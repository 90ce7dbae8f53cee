import { type PointerEvent, type ReactElement, useEffect, useMemo, useRef, useState } from "react";
import { formatWhole } from "../../base/format";
import { clockTime } from "../../base/time";
import type { Range } from "../../model/range";
import { type Bin, type Line, volumeOf } from "../../model/tail";
import { colourReader, useThemeName } from "../../widgets/theme-watch";
import { useThrottled } from "./useThrottled";

const HEIGHT = 36;
const BIN_PX = 6;
const REDRAW_MS = 250;

/** How many records there were over the time that is loaded, by level; a click or a drag makes a time range. */
export function Volume({ lines: newest, onRange }: { readonly lines: readonly Line[]; readonly onRange: (range: Range) => void }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [over, setOver] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const theme = useThemeName();
  const lines = useThrottled(newest, REDRAW_MS);
  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const bins = useMemo(() => (width === 0 ? [] : volumeOf(lines, Math.max(1, Math.floor(width / BIN_PX)))), [lines, width]);
  useEffect(() => {
    if (canvas.current && width > 0 && theme) draw(canvas.current, bins, width);
  }, [bins, width, theme]);

  const last = bins.length - 1;
  const step = last < 1 ? 1 : (bins[last] as Bin).at / last - (bins[0] as Bin).at / last;
  const binAt = (event: PointerEvent): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    return last < 0 ? null : Math.max(0, Math.min(last, Math.floor(((event.clientX - box.left) / box.width) * bins.length)));
  };
  const onPointerUp = (event: PointerEvent): void => {
    const at = binAt(event);
    const [from, to] = [Math.min(dragged ?? 0, at ?? 0), Math.max(dragged ?? 0, at ?? 0)];
    setDragged(null);
    if (dragged === null || at === null || sumOf(bins.slice(from, to + 1)).total === 0) return;
    const moment = (index: number): string => new Date((bins[0] as Bin).at + index * step).toISOString();
    onRange({ from: moment(from), to: moment(to + 1) });
  };
  const [from, to] = over === null ? [0, -1] : dragged === null ? [over, over] : [Math.min(dragged, over), Math.max(dragged, over)];
  return (
    <div
      className="relative mx-4 mb-2 shrink-0 cursor-crosshair touch-none" style={{ height: HEIGHT }}
      onPointerMove={(event) => setOver(binAt(event))}
      onPointerLeave={() => dragged === null && setOver(null)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged(binAt(event));
      }}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDragged(null)}
    >
      {to >= from && <span className="absolute inset-y-0 bg-selected" style={{ left: `${(from / bins.length) * 100}%`, width: `${((to - from + 1) / bins.length) * 100}%` }} />}
      <canvas ref={canvas} className="relative block" style={{ width, height: HEIGHT }} role="img" aria-label="Records over time" />
      {to >= from && <Tip bins={bins.slice(from, to + 1)} step={step} place={(from + to + 1) / 2 / bins.length} />}
    </div>
  );
}

const sumOf = (bins: readonly Bin[]): Omit<Bin, "at"> =>
  bins.reduce((sum, bin) => ({ total: sum.total + bin.total, warn: sum.warn + bin.warn, error: sum.error + bin.error }), { total: 0, warn: 0, error: 0 });

function Tip({ bins, step, place }: { readonly bins: readonly Bin[]; readonly step: number; readonly place: number }): ReactElement {
  const { total, warn, error } = sumOf(bins);
  const side = place < 0.5 ? { left: `calc(${place * 100}% + 12px)` } : { right: `calc(${(1 - place) * 100}% + 12px)` };
  const [from, to] = [(bins[0] as Bin).at, (bins.at(-1) as Bin).at + step];
  return (
    <div className="pointer-events-none absolute top-0 z-20 rounded-md border border-line bg-raised px-2.5 py-1 text-sm whitespace-nowrap shadow-pop" style={side}>
      <span className="pr-3 text-muted">{clockTime(from)} – {clockTime(to)}</span>
      {formatWhole(total)} {total === 1 ? "record" : "records"}
      {warn > 0 && <span className="pl-2 text-warn">{formatWhole(warn)} warn</span>}
      {error > 0 && <span className="pl-2 text-error">{formatWhole(error)} error</span>}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, bins: readonly Bin[], width: number): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  const most = Math.max(1, ...bins.map((bin) => bin.total));
  const colour = colourReader();
  const step = width / Math.max(1, bins.length);
  bins.forEach((bin, index) => {
    let y = HEIGHT;
    const stack = (count: number, fill: string): void => {
      const height = count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - 2));
      context.fillStyle = fill;
      context.fillRect(index * step, y - height, step - 1.5, height);
      y -= height;
    };
    stack(bin.error, colour("--error-fill"));
    stack(bin.warn, colour("--warn"));
    stack(bin.total - bin.warn - bin.error, colour("--control"));
  });
}
