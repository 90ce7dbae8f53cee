/** Metrics as charts: which bins, which series, and how a unit is written. */
import { formatBytes, formatCount } from "../base/format";
import { formatDuration } from "../base/time";
import { type Range, momentOf } from "./range";
import type { Bucket, MetricSeries } from "./schema";
import type { Series } from "./usage";

/** What one chart shows. */
export interface MetricChart {
  readonly bins: readonly number[];
  readonly end: number;
  readonly look: "bars" | "lines";
  readonly series: readonly Series[];
  /** How many series there are beyond those that are shown. */
  readonly left: number;
  /** The newest value of the first series, or of p50 and p95. */
  readonly newest: readonly { readonly name: string; readonly value: number }[];
  /** What the values are, beside the unit: `p50, p95`, `a bin`. */
  readonly note: string;
}

const STEPS_S = [1, 5, 10, 30, 60, 300, 900, 3600, 10_800, 43_200, 86_400];
const BINS = 80;
const MOST_SERIES = 7;
const MOST_BINS = 1000;
/** Under so many samples a p99 is the largest value by another name. */
const P99_SAMPLES = 100;

/** The seconds of a bin that give a range some dozens of them. */
export function stepFor(range: Range, now: number): number {
  const [from, to] = [momentOf(range.from, now) ?? now, momentOf(range.to, now) ?? now];
  const wanted = (to - from) / 1000 / BINS;
  return STEPS_S.find((step) => step >= wanted) ?? 86_400;
}

/** A metric over the bins of a range. A bin without a point is a gap in a line, never a zero. */
export function chartOf(metric: MetricSeries, range: Range, now: number): MetricChart {
  const step = metric.interval_s * 1000;
  const [from, to] = [momentOf(range.from, now) ?? now, momentOf(range.to, now) ?? now];
  const start = Math.floor(from / step) * step;
  const count = Math.min(MOST_BINS, Math.max(1, Math.ceil((to - start) / step)));
  const bins = Array.from({ length: count }, (_, at) => start + at * step);
  const lay = (buckets: readonly Bucket[], read: (bucket: Bucket) => number | null): (number | null)[] => {
    const values: (number | null)[] = bins.map(() => null);
    for (const bucket of buckets) {
      const at = Math.floor((Date.parse(bucket.at) - start) / step);
      if (at >= 0 && at < count) values[at] = read(bucket);
    }
    return values;
  };
  const counts = metric.type === "sum" && metric.series.some(({ total }) => total !== null);
  const series = isSpread(metric.type) ? spreadOf(metric, lay) : namesOf(metric).map((name, at) => ({ name, values: lay(metric.series[at]?.buckets ?? [], ({ value }) => value) }));
  const shown = series.filter(({ values }) => values.some((value) => value !== null)).slice(0, MOST_SERIES);
  return {
    bins, end: start + count * step, look: counts ? "bars" : "lines", series: shown,
    left: isSpread(metric.type) ? 0 : Math.max(0, series.length - shown.length),
    newest: shown.slice(0, isSpread(metric.type) ? 2 : 1).flatMap(({ name, values }) => {
      const value = values.findLast((each) => each !== null) ?? null;
      return value === null ? [] : [{ name, value }];
    }),
    note: counts ? `in ${formatDuration(step * 1e6)}` : isSpread(metric.type) && metric.series.length > 1 ? `the fullest of ${metric.series.length} series` : "",
  };
}

const isSpread = (type: string): boolean => type.endsWith("histogram") || type === "summary";

type Percentile = "p50" | "p95" | "p99";
type Lay = (buckets: readonly Bucket[], read: (bucket: Bucket) => number | null) => (number | null)[];

/**
 * The percentiles of a histogram. Those of several series do not add up, so that each bin has those of the
 * series that counted most in it.
 */
function spreadOf({ series }: MetricSeries, lay: Lay): Series[] {
  const fullest = new Map<string, Bucket>();
  for (const bucket of series.flatMap(({ buckets }) => buckets)) {
    const before = fullest.get(bucket.at);
    if (!before || (bucket.count ?? 0) > (before.count ?? 0)) fullest.set(bucket.at, bucket);
  }
  const buckets = [...fullest.values()];
  const read = (name: Percentile): Series => ({
    name, values: lay(buckets, (bucket) => (name === "p99" && (bucket.count ?? 0) < P99_SAMPLES ? null : bucket[name])),
  });
  return [read("p50"), read("p95"), read("p99")];
}

/** What tells the series of a metric apart: the attributes that they do not all share. */
export function namesOf({ name, series }: MetricSeries): string[] {
  const [first] = series;
  const shared = (key: string): boolean => series.every(({ attributes }) => attributes[key] === first?.attributes[key]);
  return series.map(({ attributes }) => {
    const own = Object.entries(attributes).filter(([key]) => !shared(key));
    return own.length === 0 ? name : own.map(([key, value]) => `${key}=${value}`).join(" ");
  });
}

const SECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 };
const BYTES: Readonly<Record<string, number>> = { By: 1, KiBy: 1024, MiBy: 1024 ** 2, GiBy: 1024 ** 3, kBy: 1e3, MBy: 1e6, GBy: 1e9 };

/** A value with its unit (UCUM, as OpenTelemetry writes them), as short as an axis needs it. */
export function formatMetric(value: number, unit: string): string {
  const [ns, bytes] = [SECONDS[unit], BYTES[unit]];
  if (ns !== undefined) return formatDuration(value * ns);
  if (bytes !== undefined) return formatBytes(Math.round(value * bytes));
  if (unit === "%") return `${shorten(value)}%`;
  return shorten(value);
}

function shorten(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000 && value > 0) return formatCount(value);
  return String(Number(value.toPrecision(3)));
}

/** The unit in words where it is not a part of the number: `{message}` is written so in OpenTelemetry. */
export function unitNote(unit: string): string {
  if (unit in SECONDS || unit in BYTES || unit === "1" || unit === "%" || unit === "") return "";
  return unit.replaceAll(/[{}]/g, "");
}
