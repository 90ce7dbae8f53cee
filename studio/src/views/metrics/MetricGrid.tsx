import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { formatWhole, plural } from "../../base/format";
import { minuteOf } from "../../base/time";
import { failureOf, filterProblemOf } from "../../data/failure";
import { useLive, useSoon } from "../../data/hooks";
import { metricQuery, metricsQuery } from "../../data/metrics";
import { queries } from "../../data/reads";
import type { LiveEvent } from "../../model/api";
import { chartOf, formatMetric, stepFor, unitNote } from "../../model/metrics";
import { type Range, isLive } from "../../model/range";
import type { Metric } from "../../model/schema";
import { plainOf } from "../../model/visible";
import { Button } from "../../widgets/button";
import { Visible } from "../../widgets/name";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { TimeChart } from "../../widgets/time-chart";

const REREAD_MS = 2000;
const SHOWN_AT_FIRST = 12;

interface Props {
  readonly project: string;
  /** The filter on metrics, kept to what they are of. */
  readonly q: string;
  /** The topic of the stream that tells of new points. */
  readonly topic: string;
  readonly range: Range;
  /** A moment that every chart marks, in ms since 1970. */
  readonly at?: number | null;
  /** While true nothing is read again. */
  readonly held?: boolean;
  /** What stands where there are no metrics in the range. */
  readonly empty: ReactNode;
  readonly onRange: (range: Range) => void;
  /** A bin was clicked. */
  readonly onPick: (range: Range) => void;
}

/** Every metric as a small chart, all with one crosshair, kept up to date by the stream. */
export function MetricGrid({ project, q, topic, range, at = null, held = false, empty, onRange, onPick }: Props): ReactElement {
  const { data, error, refetch, isPending } = useQuery(metricsQuery(project, q, range));
  const [cursor, setCursor] = useState<number | null>(null);
  const [all, setAll] = useState(false);
  useFresh(project, isLive(range) && !held ? topic : "");
  const [now] = useState(() => Date.now());
  if (error && !data) {
    const problem = filterProblemOf(error, q);
    return problem ? <Empty title="This filter cannot be read"><p>{problem.message}</p></Empty> : <ErrorBox failure={failureOf("The metrics could not be read", error)} onRetry={() => void refetch()} />;
  }
  if (isPending) return <SkeletonRows count={8} height={64} />;
  if (!data || data.length === 0) return <>{empty}</>;
  const shown = all ? data : data.slice(0, SHOWN_AT_FIRST);
  const step = stepFor(range, now);
  return (
    <div className="grid content-start gap-3 p-4">
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,400px),1fr))] gap-3">
        {shown.map((metric) => (
          <Card
            key={`${metric.name} ${metric.type} ${metric.unit}`} project={project} q={q} range={range} metric={metric} step={step}
            cursor={cursor} mark={at} onCursor={setCursor} onRange={onRange} onPick={onPick}
          />
        ))}
      </div>
      {shown.length < data.length && <Button className="justify-self-center" onClick={() => setAll(true)}>Show {plural(data.length - shown.length, "more metric")}</Button>}
    </div>
  );
}

/** Reads the charts again once new points have come, at most every two seconds. */
function useFresh(project: string, topic: string): void {
  const plan = useSoon(() => {
    void queries.invalidateQueries({ queryKey: ["metrics", project] });
    void queries.invalidateQueries({ queryKey: ["metric", project] });
  }, REREAD_MS);
  const heardBefore = useRef(topic);
  useEffect(() => {
    // What came while the charts stood still is not told again.
    if (heardBefore.current === "" && topic !== "") plan();
    heardBefore.current = topic;
  }, [topic, plan]);
  const onEvents = (events: readonly LiveEvent[]): void => {
    if (events.some(({ type }) => type === "metric")) plan();
  };
  useLive(topic, { onEvents, onResync: plan });
}

const iso = (from: number, to: number): Range => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });

function Card({ project, q, range, metric, step, cursor, mark, onCursor, onRange, onPick }: {
  readonly project: string;
  readonly q: string;
  readonly range: Range;
  readonly metric: Metric;
  readonly step: number;
  readonly cursor: number | null;
  readonly mark: number | null;
  readonly onCursor: (at: number | null) => void;
  readonly onRange: (range: Range) => void;
  readonly onPick: (range: Range) => void;
}): ReactElement {
  const { data, error, refetch } = useQuery(metricQuery(project, metric.name, q, range, step));
  const chart = data && chartOf(data.metric, range, data.askedAt);
  const format = (value: number): string => formatMetric(value, metric.unit);
  return (
    <section aria-label={metric.name} className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-1 rounded-lg border border-line px-3 pt-2 pb-3">
      <header className="flex min-w-0 items-baseline gap-2">
        <h2 className="min-w-24 flex-1 truncate font-mono text-sm font-medium" title={plainOf(`${metric.name}\n${metric.description}`)}><Visible line text={metric.name} /></h2>
        <span className="min-w-0 truncate text-xs text-muted">{[metric.type.replace("exponential_", ""), unitNote(metric.unit), chart?.note].filter(Boolean).join(" · ")}</span>
        {chart?.newest.map(({ name, value }) => (
          <span key={name} className="shrink-0 whitespace-nowrap" title={`The newest value of ${plainOf(name)}`}>
            {chart.newest.length > 1 && <span className="text-xs text-muted">{name} </span>}<span className="font-semibold">{format(value)}</span>
          </span>
        ))}
      </header>
      {error && !data && <p role="alert" className="flex items-center gap-2 text-sm text-error">It could not be read. <Button onClick={() => void refetch()}>Retry</Button></p>}
      {!chart && !error && <div className="skeleton h-24" />}
      {chart && (
        <TimeChart
          label={`${metric.name} over time`} series={chart.series} bins={chart.bins} end={chart.end} look={chart.look} height="h-24" format={format}
          moment={(at) => minuteOf(at, data.askedAt)} cursor={cursor} mark={mark} onCursor={onCursor}
          hasLegend={chart.series.length > 1 || chart.series[0]?.name !== metric.name}
          onZoom={(from, to) => onRange(iso(from, to))} onPick={(from, to) => onPick(iso(from, to))}
        />
      )}
      {chart && chart.left > 0 && <p className="pl-16 text-xs text-muted">and {formatWhole(chart.left)} more series</p>}
    </section>
  );
}
