import { type PointerEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { useThemeName } from "./theme-watch";

const MIN_DRAG_PX = 4;

/** A part of the width: from 0 at the left to 1 at the right. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

function placeOf(event: PointerEvent): number {
  const box = event.currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
}

/** A whole on one canvas, as wide as there is room. A drag over it chooses a part; a double click asks for all again. */
export function BrushMap({ height, label, draw, chosen, onPart, onPoint, onAll, children }: {
  readonly height: number;
  readonly label: string;
  /** Draws everything. It is called again when it is another function. */
  readonly draw: (context: CanvasRenderingContext2D, width: number) => void;
  /** What is shown of it, null for all. */
  readonly chosen: Part | null;
  readonly onPart: (part: Part) => void;
  /** A press without a drag, and where. */
  readonly onPoint?: (at: number) => void;
  readonly onAll: () => void;
  readonly children?: ReactNode;
}): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<Part | null>(null);
  const theme = useThemeName();

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || width === 0 || !theme) return;
    const ratio = window.devicePixelRatio || 1;
    context.canvas.width = width * ratio;
    context.canvas.height = height * ratio;
    context.scale(ratio, ratio);
    draw(context, width);
  }, [draw, height, width, theme]);

  const finish = (): void => {
    if (!drag) return;
    setDrag(null);
    const { from, to } = ordered(drag);
    if ((to - from) * width < MIN_DRAG_PX) onPoint?.(from);
    else onPart({ from, to });
  };
  const shown = drag ? ordered(drag) : chosen;

  return (
    // The keyboard zooms and moves with the page's own keys, as the label says.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className="relative touch-none overflow-hidden rounded border border-line bg-surface select-none"
      style={{ height: height + 2, cursor: "crosshair" }}
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: placeOf(event), to: placeOf(event) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: placeOf(event) })}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={onAll}
    >
      <canvas ref={canvas} className="block" style={{ width, height }} />
      {shown && <>
        <div className="absolute inset-y-0 left-0 bg-bg/70" style={{ width: `${shown.from * 100}%` }} />
        <div className="absolute inset-y-0 right-0 bg-bg/70" style={{ width: `${100 - shown.to * 100}%` }} />
        <div className="absolute inset-y-0 border-x-2 border-accent" style={{ left: `${shown.from * 100}%`, width: `${(shown.to - shown.from) * 100}%` }} />
      </>}
      {children}
    </div>
  );
}

const ordered = ({ from, to }: Part): Part => ({ from: Math.min(from, to), to: Math.max(from, to) });
