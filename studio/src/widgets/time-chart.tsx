import { type PointerEvent, type ReactElement, useState } from "react";
import type { Series } from "../model/usage";
import { topOf } from "../model/usage";

const LINES = [0, 0.25, 0.5, 0.75, 1];
const DASHES = ["", "6 4", "2 3"];

const colourOf = (index: number): string => `var(--series-${(index % 8) + 1})`;

interface Props {
  /** What is shown, for whoever cannot see it; the table below has the numbers. */
  readonly label: string;
  readonly series: readonly Series[];
  /** The starts of the bins, in ms since 1970, and the end of the last. */
  readonly bins: readonly number[];
  readonly end: number;
  readonly look: "bars" | "lines";
  readonly format: (value: number) => string;
  readonly moment: (at: number) => string;
  /** The reader dragged over the bins `from` to `to`. */
  readonly onZoom: (from: number, to: number) => void;
}

/** Series over time: stacked bars, or lines with gaps where nothing is known. */
export function TimeChart(props: Props): ReactElement {
  const { label, series, bins, end, look, format, moment } = props;
  const [over, setOver] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const sums = bins.map((_, at) => series.map(({ values }) => values[at] ?? 0));
  const most = Math.max(0, ...sums.map((values) => (look === "bars" ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values))));
  const top = topOf(most);
  const binAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = Math.floor(((event.clientX - box.left) / box.width) * bins.length);
    return Math.max(0, Math.min(bins.length - 1, at));
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>): void => {
    const at = binAt(event);
    if (dragged !== null && dragged !== at) {
      const [first, last] = [Math.min(dragged, at), Math.max(dragged, at)];
      props.onZoom(bins[first] as number, bins[last + 1] ?? end);
    }
    setDragged(null);
  };
  const [from, to] = dragged === null || over === null ? [over, over] : [Math.min(dragged, over), Math.max(dragged, over)];
  return (
    <figure className="grid gap-2" aria-label={label}>
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 pt-2">
        <div className="relative w-14 text-right text-xs text-muted" aria-hidden="true">
          {LINES.map((part) => <span key={part} className="absolute right-0 -translate-y-1/2" style={{ top: `${(1 - part) * 100}%` }}>{format(top * part)}</span>)}
        </div>
        <div
          className="relative h-48 cursor-crosshair touch-none"
          onPointerMove={(event) => setOver(binAt(event))}
          onPointerLeave={() => dragged === null && setOver(null)}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDragged(binAt(event));
          }}
          onPointerUp={onPointerUp}
          onPointerCancel={() => setDragged(null)}
        >
          {LINES.map((part) => <span key={part} className={`absolute inset-x-0 border-t ${part === 0 ? "border-control" : "border-soft"}`} style={{ top: `${(1 - part) * 100}%` }} />)}
          {from !== null && to !== null && (
            <span className="absolute inset-y-0 bg-selected" style={{ left: `${(from / bins.length) * 100}%`, width: `${((to - from + 1) / bins.length) * 100}%` }} />
          )}
          <svg className="absolute inset-0 size-full" viewBox={`0 0 ${bins.length} 1`} preserveAspectRatio="none" role="img" aria-label={label}>
            {look === "bars" ? <Bars sums={sums} top={top} /> : <Lines series={series} top={top} />}
          </svg>
          {over !== null && <Tip at={over} count={bins.length} title={moment(bins[over] as number)} series={series} format={format} />}
        </div>
        <span />
        <div className="flex justify-between pt-1 text-xs text-muted" aria-hidden="true">
          {[0, 0.25, 0.5, 0.75].map((part) => <span key={part}>{moment(bins[Math.floor(part * bins.length)] as number)}</span>)}
          <span>{moment(end)}</span>
        </div>
      </div>
      <figcaption className="flex flex-wrap gap-x-4 gap-y-1 pl-16 text-sm">
        {series.map(({ name }, index) => (
          <span key={name} className="flex max-w-64 items-center gap-1.5">
            <span className="size-2.5 shrink-0 rounded-[2px]" style={{ background: colourOf(index) }} aria-hidden="true" />
            <span className="truncate">{name}</span>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function Bars({ sums, top }: { readonly sums: readonly (readonly number[])[]; readonly top: number }): ReactElement {
  return (
    <>
      {sums.map((values, at) => {
        let below = 0;
        return values.map((value, index) => {
          if (value <= 0) return null;
          below += value / top;
          return <rect key={`${at} ${index}`} x={at + 0.1} width={0.8} y={1 - below} height={value / top} fill={colourOf(index)} />;
        });
      })}
    </>
  );
}

function Lines({ series, top }: { readonly series: readonly Series[]; readonly top: number }): ReactElement {
  return (
    <>
      {series.map(({ name, values }, index) => (
        <path
          key={name} d={pathOf(values, top)} fill="none" stroke={colourOf(index)} strokeWidth="2" strokeLinecap="round"
          strokeDasharray={DASHES[index % DASHES.length]} vectorEffect="non-scaling-stroke"
        />
      ))}
    </>
  );
}

/** A line from value to value; where there is none it is broken, and a value alone is a dot. */
function pathOf(values: readonly (number | null)[], top: number): string {
  return values.map((value, at) => {
    if (value === null) return "";
    const point = `${at + 0.5} ${1 - value / top}`;
    const isFirst = at === 0 || values[at - 1] === null;
    return isFirst ? `M${point}L${point}` : `L${point}`;
  }).join("");
}

function Tip({ at, count, title, series, format }: {
  readonly at: number;
  readonly count: number;
  readonly title: string;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}): ReactElement {
  const middle = (at + 0.5) / count;
  const side = middle < 0.5 ? { left: `calc(${middle * 100}% + 12px)` } : { right: `calc(${(1 - middle) * 100}% + 12px)` };
  const rows = series.flatMap(({ name, values }, index) => {
    const value = values[at] ?? null;
    return value === null ? [] : [{ name, value, index }];
  });
  return (
    <div className="pointer-events-none absolute top-1 z-10 max-w-72 rounded-md border border-line bg-raised px-2.5 py-1.5 text-sm shadow-pop" style={side}>
      <p className="text-muted">{title}</p>
      {rows.length === 0 && <p>nothing</p>}
      {rows.map(({ name, value, index }) => (
        <p key={name} className="flex items-center gap-2 whitespace-nowrap">
          <span className="size-2.5 shrink-0 rounded-[2px]" style={{ background: colourOf(index) }} />
          <span className="min-w-0 flex-1 truncate">{name}</span>
          <span className="pl-3 font-medium">{format(value)}</span>
        </p>
      ))}
    </div>
  );
}
