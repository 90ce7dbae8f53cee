import { type ReactElement, useEffect, useRef, useState } from "react";
import { type Line, volumeOf } from "../../model/tail";
import { colourReader, useThemeName } from "../../widgets/theme-watch";

const HEIGHT = 36;
const BIN_PX = 6;
const REDRAW_MS = 250;

/** How many records there were over the time that is loaded, warnings and errors in their colours. */
export function Volume({ lines }: { readonly lines: readonly Line[] }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const theme = useThemeName();
  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const drawn = useRef(0);
  useEffect(() => {
    // Under load the lines change every frame; the bars need not.
    const wait = Math.max(0, drawn.current + REDRAW_MS - performance.now());
    const timer = window.setTimeout(() => {
      drawn.current = performance.now();
      if (canvas.current && width > 0 && theme) draw(canvas.current, lines, width);
    }, wait);
    return () => window.clearTimeout(timer);
  }, [lines, width, theme]);
  return (
    <div className="mx-4 mb-2 shrink-0" style={{ height: HEIGHT }}>
      <canvas ref={canvas} className="block" style={{ width, height: HEIGHT }} role="img" aria-label="Records over time" />
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, lines: readonly Line[], width: number): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = HEIGHT * ratio;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(ratio, ratio);
  const times = lines.flatMap((line) => (line.type === "log" ? [{ ms: Date.parse(line.log.time), level: line.log.level }] : []));
  const bins = volumeOf(times, Math.max(1, Math.floor(width / BIN_PX)));
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
