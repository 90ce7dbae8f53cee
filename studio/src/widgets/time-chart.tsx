import { type HTMLAttributes, type KeyboardEvent, type PointerEvent, type ReactElement, useId, useState } from "react";
import { type Series, axisOf, binOf } from "../model/usage";
import { Visible } from "./name";

const DASHES = ["", "6 4", "2 3"];

const colourOf = (index: number): string => `var(--series-${(index % 8) + 1})`;

interface Props {
  /** What is shown, for whoever cannot see it; the table below has the numbers. */
  readonly label: string;
  readonly series: readonly Series[];
  /** What stood there in the period before, bin for bin: a dashed line behind the series. */
  readonly previous?: Series | undefined;
  /** The starts of the bins, in ms since 1970, and the end of the last. */
  readonly bins: readonly number[];
  readonly end: number;
  readonly look: "bars" | "lines";
  readonly format: (value: number) => string;
  readonly moment: (at: number) => string;
  /** The reader dragged over the bins from `from` to `to`. */
  readonly onZoom: (from: number, to: number) => void;
  /** The reader clicked on the bin from `from` to `to`, or pressed Enter on it. */
  readonly onPick?: ((from: number, to: number) => void) | undefined;
  /** The moment under the pointer of this chart or of another one that shares it, in ms since 1970. */
  readonly cursor?: number | null | undefined;
  readonly onCursor?: ((at: number | null) => void) | undefined;
  /** A moment that stays marked, in ms since 1970: a line across the plot. */
  readonly mark?: number | null | undefined;
  readonly height?: string;
  /** Without it the one series is called by what stands above the chart. */
  readonly hasLegend?: boolean;
}

/** Series over time: stacked bars, or lines with gaps where nothing is known. */
export function TimeChart(props: Props): ReactElement {
  const { label, series, previous, bins, end, look, format, moment, onPick, mark, height = "h-48", hasLegend = true } = props;
  const { over, from, to, handlers } = usePlot(props);
  const hint = useId();
  const sums = bins.map((_, at) => series.map(({ values }) => values[at] ?? 0));
  const most = Math.max(0, ...sums.map((values) => (look === "bars" ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values))));
  const drawn = look === "lines" ? [...sums.flat(), ...(previous?.values ?? [])] : (previous?.values ?? []);
  const values = drawn.map((value) => value ?? 0);
  const lines = axisOf(Math.min(0, ...values), Math.max(most, ...values));
  const scale: Scale = { top: lines.at(-1) as number, bottom: lines[0] as number };
  const zero = placeOf(0, scale);
  const shown = previous ? [...series, previous] : series;
  return (
    <figure className="grid gap-2" aria-label={label}>
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 pt-2">
        <div className="relative w-14 text-right text-xs text-muted" aria-hidden="true">
          {lines.map((value) => <span key={value} className="absolute right-0 -translate-y-1/2" style={{ top: `${placeOf(value, scale) * 100}%` }}>{format(value)}</span>)}
        </div>
        {/* A plot that is walked bin by bin with the arrow keys, as it is with the pointer. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className={`relative ${height} touch-none ${onPick ? "cursor-pointer" : "cursor-crosshair"}`} role="group" aria-label={`${label}, bin by bin`} aria-describedby={hint} tabIndex={0} {...handlers}>
          {lines.map((value) => <span key={value} className="absolute inset-x-0 border-t border-soft" style={{ top: `${placeOf(value, scale) * 100}%` }} />)}
          <span className="absolute inset-x-0 border-t border-control" style={{ top: `${zero * 100}%` }} />
          {from !== null && to !== null && (
            <span className="absolute inset-y-0 bg-selected" style={{ left: `${(from / bins.length) * 100}%`, width: `${((to - from + 1) / bins.length) * 100}%` }} />
          )}
          <svg className="absolute inset-0 size-full" viewBox={`0 0 ${bins.length} 1`} preserveAspectRatio="none" role="img" aria-label={label}>
            {look === "bars" ? <Bars sums={sums} scale={scale} /> : <Lines series={series} scale={scale} />}
            {previous && <path d={pathOf(previous.values, scale)} fill="none" stroke="var(--muted)" strokeWidth="1.5" strokeDasharray="3 3" vectorEffect="non-scaling-stroke" />}
          </svg>
          {mark !== null && mark !== undefined && mark >= (bins[0] ?? end) && mark <= end && (
            <span data-mark className="absolute inset-y-0 w-0.5 -translate-x-1/2 bg-accent" style={{ left: `${((mark - (bins[0] as number)) / (end - (bins[0] as number))) * 100}%` }} />
          )}
          {over !== null && <Tip at={over} count={bins.length} title={moment(bins[over] as number)} series={shown} format={format} hasGhost={previous !== undefined} />}
        </div>
        <span id={hint} className="sr-only">{`Arrow keys move from bin to bin${onPick ? ", Enter shows what is behind one" : ""}, z zooms to it.`}</span>
        <div className="relative col-start-2 h-5 pt-1 text-xs text-muted" aria-hidden="true">
          {marksOf(bins.length).map((at) => <span key={at} className="absolute whitespace-nowrap" style={{ left: `${(at / bins.length) * 100}%` }}>{moment(bins[at] as number)}</span>)}
          <span className="absolute right-0">{moment(end)}</span>
        </div>
      </div>
      <figcaption className={hasLegend ? "flex flex-wrap gap-x-4 gap-y-1 pl-16 text-sm" : "sr-only"}>
        {shown.map(({ name }, index) => (
          <span key={`${name} ${index}`} className="flex max-w-64 items-center gap-1.5">
            <Swatch index={index} isGhost={previous !== undefined && index === series.length} />
            <span className="truncate"><Visible line text={name} /></span>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

interface Plot {
  /** The bin that is pointed at, here or in a chart that shares the cursor. */
  readonly over: number | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly handlers: HTMLAttributes<HTMLDivElement>;
}

/** Where the reader points, what they drag over, and what comes of a click and of the keys. */
function usePlot({ bins, end, cursor, onCursor, onPick, onZoom }: Props): Plot {
  const [own, setOwn] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const over = cursor === undefined ? own : binOf(cursor, bins, end);
  const endOf = (at: number): number => bins[at + 1] ?? end;
  const point = (at: number | null): void => {
    setOwn(at);
    // The middle of a bin is in that bin of every chart, however long the bins of the others are.
    onCursor?.(at === null ? null : ((bins[at] as number) + endOf(at)) / 2);
  };
  const binAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = Math.floor(((event.clientX - box.left) / box.width) * bins.length);
    return Math.max(0, Math.min(bins.length - 1, at));
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>): void => {
    const at = binAt(event);
    if (dragged === at) onPick?.(bins[at] as number, endOf(at));
    else if (dragged !== null) onZoom(bins[Math.min(dragged, at)] as number, endOf(Math.max(dragged, at)));
    setDragged(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = bins.length - 1;
    const moves: Readonly<Record<string, number>> = { ArrowLeft: Math.max(0, (over ?? last + 1) - 1), ArrowRight: Math.min(last, (over ?? -1) + 1), Home: 0, End: last };
    const next = moves[event.key];
    if (next !== undefined) point(next);
    else if (event.key === "Enter" && over !== null) onPick?.(bins[over] as number, endOf(over));
    else if (event.key === "z" && over !== null) onZoom(bins[over] as number, endOf(over));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const drags = dragged !== null && over !== null;
  return {
    over,
    from: drags ? Math.min(dragged, over) : over,
    to: drags ? Math.max(dragged, over) : over,
    handlers: {
      onPointerMove: (event) => point(binAt(event)),
      onPointerLeave: () => dragged === null && point(null),
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged(binAt(event));
      },
      onPointerUp,
      onPointerCancel: () => setDragged(null),
      onKeyDown,
      onBlur: () => point(null),
    },
  };
}

function Swatch({ index, isGhost }: { readonly index: number; readonly isGhost: boolean }): ReactElement {
  if (isGhost) return <span className="w-2.5 shrink-0 border-t-2 border-dashed border-control" aria-hidden="true" />;
  return <span className="size-2.5 shrink-0 rounded-[2px]" style={{ background: colourOf(index) }} aria-hidden="true" />;
}

/** The values at the two ends of the axis. */
interface Scale {
  readonly top: number;
  readonly bottom: number;
}

/** How far below the top a value stands, as a share of the plot. */
const placeOf = (value: number, { top, bottom }: Scale): number => (top - value) / (top - bottom);

function Bars({ sums, scale }: { readonly sums: readonly (readonly number[])[]; readonly scale: Scale }): ReactElement {
  return (
    <>
      {sums.map((values, at) => {
        let below = 0;
        return values.map((value, index) => {
          if (value <= 0) return null;
          below += value;
          const y = placeOf(below, scale);
          return <rect key={`${at} ${index}`} x={at + 0.1} width={0.8} y={y} height={placeOf(below - value, scale) - y} fill={colourOf(index)} />;
        });
      })}
    </>
  );
}

function Lines({ series, scale }: { readonly series: readonly Series[]; readonly scale: Scale }): ReactElement {
  return (
    <>
      {series.map(({ name, values }, index) => (
        <path
          key={name} d={pathOf(values, scale)} fill="none" stroke={colourOf(index)} strokeWidth={values.some(hasNeighbour) ? 2 : 7} strokeLinecap="round"
          strokeDasharray={DASHES[index % DASHES.length]} vectorEffect="non-scaling-stroke"
        />
      ))}
    </>
  );
}

/** Whether a line leads to or from a value: of values that all stand alone there would be dots too small to be seen. */
const hasNeighbour = (value: number | null, at: number, values: readonly (number | null)[]): boolean =>
  value !== null && ((values[at - 1] ?? null) !== null || (values[at + 1] ?? null) !== null);

/** The bins whose starts are written below: the first of each quarter, of few bins no two alike. */
const marksOf = (bins: number): number[] => [...new Set([0, 0.25, 0.5, 0.75].map((part) => Math.floor(part * bins)))];

/** A line from value to value; where there is none it is broken, and a value alone is a dot. */
function pathOf(values: readonly (number | null)[], scale: Scale): string {
  return values.map((value, at) => {
    if (value === null) return "";
    const point = `${at + 0.5} ${placeOf(value, scale)}`;
    const isFirst = at === 0 || values[at - 1] === null;
    return isFirst ? `M${point}L${point}` : `L${point}`;
  }).join("");
}

function Tip({ at, count, title, series, format, hasGhost }: {
  readonly at: number;
  readonly count: number;
  readonly title: string;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** The last of the series is the period before. */
  readonly hasGhost: boolean;
}): ReactElement {
  const middle = (at + 0.5) / count;
  const side = middle < 0.5 ? { left: `calc(${middle * 100}% + 12px)` } : { right: `calc(${(1 - middle) * 100}% + 12px)` };
  const rows = series.flatMap(({ name, values }, index) => {
    const value = values[at] ?? null;
    return value === null ? [] : [{ name, value, index }];
  });
  return (
    <div role="status" className="pointer-events-none absolute top-1 z-10 max-w-72 rounded-md border border-line bg-raised px-2.5 py-1.5 text-sm shadow-pop" style={side}>
      <p className="text-muted">{title}</p>
      {rows.length === 0 && <p>nothing</p>}
      {rows.map(({ name, value, index }) => (
        <p key={index} className="flex items-center gap-2 whitespace-nowrap">
          <Swatch index={index} isGhost={hasGhost && index === series.length - 1} />
          <span className="min-w-0 flex-1 truncate"><Visible line text={name} /></span>
          <span className="pl-3 font-medium">{format(value)}</span>
        </p>
      ))}
    </div>
  );
}
