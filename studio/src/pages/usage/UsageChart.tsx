import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { formatCount, formatMoney } from "../../base/format";
import { dayOf, formatDuration, minuteOf } from "../../base/time";
import { rereading } from "../../data/reading";
import { usageQuery } from "../../data/reads";
import type { Range } from "../../model/range";
import { type About, type Group, type Interval, after, binsOf, ghostOf, percentilesOf, rangeBefore, seriesOf } from "../../model/usage";
import { TimeChart } from "../../widgets/time-chart";

const TITLES: Readonly<Record<About, string>> = { cost: "Cost", activity: "Steps", latency: "Latency" };
const NOTHING: Readonly<Record<About, string>> = {
  cost: "Nothing here was priced.",
  activity: "Nothing here has such a group.",
  latency: "Percentiles are told from 100 samples in an interval on; choose a longer one.",
};
const FORMATS: Readonly<Record<About, (value: number) => string>> = {
  cost: (value) => formatMoney(String(value)),
  activity: (value) => formatCount(Math.round(value * 100) / 100),
  latency: (value) => formatDuration(value * 1e6),
};

/** How the moment of a bin is written: days alone where bins are days. */
export const momentOfBin = (interval: Interval, now: number) => (at: number): string =>
  interval === "day" || interval === "week" ? dayOf(at) : minuteOf(at, now);

/** The groups over time, or percentiles of all runs; the period before behind them on request. */
export function UsageChart({ project, about, group, q, interval, range, now, order, compared, onZoom, onPick }: {
  readonly project: string;
  readonly about: About;
  readonly group: Group;
  readonly q: string;
  readonly interval: Interval;
  readonly range: Range;
  readonly now: number;
  /** The groups as they stand in the table: the first have series of their own. */
  readonly order: readonly (string | null)[];
  readonly compared: boolean;
  readonly onZoom: (from: number, to: number) => void;
  readonly onPick: (from: number, to: number) => void;
}): ReactElement {
  const isLatency = about === "latency";
  const chart = useQuery({ ...usageQuery(project, about, q, range, isLatency ? "" : group, interval), placeholderData: keepPreviousData, ...rereading(range) });
  const earlier = useQuery({ ...usageQuery(project, about, q, rangeBefore(range, now), "", interval), placeholderData: keepPreviousData, enabled: compared });
  if (!chart.data) return <div className="skeleton h-56" role="status" aria-busy="true" aria-label="Loading the chart" />;
  const bins = binsOf(range, interval, now);
  const series = isLatency ? percentilesOf(chart.data.items, bins) : seriesOf(chart.data.items, order, bins, about);
  const label = isLatency ? `Latency of runs per ${interval}` : `${TITLES[about]} by ${group} per ${interval}`;
  const previous = compared && earlier.data ? ghostOf(earlier.data.items, range, interval, about, now, bins) : undefined;
  return (
    <section aria-label={label} className="grid gap-2">
      <h2 className="font-semibold">{label}</h2>
      {series.length === 0 && !previous ? (
        <p className="grid h-24 place-items-center rounded-lg border border-dashed border-line text-muted">{NOTHING[about]}</p>
      ) : (
        <TimeChart
          label={label} series={series} previous={previous} bins={bins} end={after(bins.at(-1) ?? now, interval)} look={isLatency ? "lines" : "bars"}
          format={FORMATS[about]} moment={momentOfBin(interval, now)} onZoom={onZoom} onPick={onPick}
        />
      )}
    </section>
  );
}
