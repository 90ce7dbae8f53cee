import { type PointerEvent, type ReactElement, useEffect, useRef, useState } from "react";
import { kindOf } from "../../model/kinds";
import type { Tree } from "../../model/tree";
import { type View, clampView } from "../../model/waterfall";
import { colourReader, useThemeName } from "../../widgets/theme-watch";

const HEIGHT = 44;
const MIN_DRAG_PX = 4;

/** Where on the map a pointer is, from 0 at its left to 1 at its right. */
function placeOf(event: PointerEvent): number {
  const box = event.currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
}

/** The whole trace on one canvas. Dragging over it zooms; a double click shows everything again. */
export function Minimap({ tree, whole, view, zoomed, onView }: {
  readonly tree: Tree;
  readonly whole: View;
  readonly view: View;
  readonly zoomed: boolean;
  readonly onView: (view: View | null) => void;
}): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const theme = useThemeName();

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && width > 0 && theme) drawSpans(canvas.current, tree, whole, width);
  }, [tree, whole, width, theme]);

  const finish = (): void => {
    if (!drag) return;
    setDrag(null);
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    if ((to - from) * width < MIN_DRAG_PX) return;
    const length = whole.to - whole.from;
    onView(clampView({ from: whole.from + from * length, to: whole.from + to * length }, whole));
  };
  const share = (ns: number): number => ((ns - whole.from) / (whole.to - whole.from)) * 100;
  const shown = drag
    ? { left: Math.min(drag.from, drag.to) * 100, right: Math.max(drag.from, drag.to) * 100 }
    : { left: share(view.from), right: share(view.to) };

  return (
    <div className="mx-4 shrink-0 pb-2">
      {/* The keyboard zooms and moves with the page's own keys, as the label says. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        className="relative touch-none overflow-hidden rounded border border-line bg-surface select-none"
        style={{ height: HEIGHT + 2, cursor: "crosshair" }}
        role="img"
        aria-label={`Overview of ${tree.spans.length} spans. Keys w and s zoom, a and d move, 0 shows everything.`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: placeOf(event), to: placeOf(event) });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: placeOf(event) })}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
        onDoubleClick={() => onView(null)}
      >
        <canvas ref={canvas} className="block" style={{ width, height: HEIGHT }} />
        {(zoomed || drag) && <>
          <div className="absolute inset-y-0 left-0 bg-bg/70" style={{ width: `${shown.left}%` }} />
          <div className="absolute inset-y-0 right-0 bg-bg/70" style={{ width: `${100 - shown.right}%` }} />
          <div className="absolute inset-y-0 border-x-2 border-accent" style={{ left: `${shown.left}%`, width: `${shown.right - shown.left}%` }} />
        </>}
      </div>
    </div>
  );
}

function drawSpans(canvas: HTMLCanvasElement, tree: Tree, whole: View, width: number): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  const colour = colourReader();
  const scale = width / (whole.to - whole.from);
  const rowHeight = Math.min(4, HEIGHT / tree.spans.length);
  const barHeight = Math.max(1, rowHeight * 0.75);
  const draw = (at: number, fill: string, atLeast: number): void => {
    const span = tree.spans[at];
    if (!span) return;
    context.fillStyle = fill;
    const end = span.duration_ns === null ? whole.to : span.start_ns + span.duration_ns;
    const x = (span.start_ns - whole.from) * scale;
    context.fillRect(x, at * rowHeight, Math.max(atLeast, (end - span.start_ns) * scale), barHeight);
  };
  for (let at = 0; at < tree.spans.length; at += 1) draw(at, colour(kindOf(tree.spans[at]?.kind ?? "").colour), 1);
  // Errors last and wider: a single one must be seen among ten thousand.
  for (const at of tree.errors) draw(at, colour("--error-fill"), 3);
}
