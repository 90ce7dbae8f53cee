/** What runs came to, by group and interval: the mirror of fanlight/model/usage.py, laid out for a chart and a table. */
import type { Cost, Tokens } from "./api";
import { addTerm, quoteValue } from "./filter";
import { type Range, momentOf } from "./range";

export interface UsageItem {
  /** Null where the group has no name. */
  readonly key: string | null;
  /** When its interval began; null without intervals. */
  readonly at: string | null;
  readonly runs: number;
  readonly spans: number;
  readonly errors: number;
  readonly tokens: Tokens;
  readonly cost: Cost;
  /** Null under 100 samples. */
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

export interface Usage {
  readonly items: readonly UsageItem[];
  readonly total: UsageItem;
  readonly truncated: boolean;
}

export const ABOUTS = ["cost", "activity", "latency"] as const;
export type About = (typeof ABOUTS)[number];
export const GROUPS = ["model", "provider", "agent", "tool", "room", "session", "user"] as const;
export type Group = (typeof GROUPS)[number];
export const INTERVALS = ["minute", "hour", "day", "week"] as const;
export type Interval = (typeof INTERVALS)[number];

export function oneOf<T extends string>(known: readonly T[], text: string | null | undefined): T | null {
  return known.find((each) => each === text) ?? null;
}

const HOUR_MS = 3_600_000;

/** The interval that gives a range some dozens of bars. */
export function intervalFor(range: Range, now: number): Interval {
  const hours = ((momentOf(range.to, now) ?? now) - (momentOf(range.from, now) ?? now)) / HOUR_MS;
  if (hours <= 3) return "minute";
  if (hours <= 24 * 4) return "hour";
  return hours <= 24 * 90 ? "day" : "week";
}

/** Most bars that a chart shows; more would be narrower than a pixel. */
const MOST_BINS = 1500;

/** The starts of all intervals of a range in the reader's zone, so that those without any data stand as gaps. */
export function binsOf(range: Range, interval: Interval, now: number): number[] {
  const from = momentOf(range.from, now) ?? now;
  const to = momentOf(range.to, now) ?? now;
  const bins: number[] = [];
  for (let at = floorTo(from, interval); at <= to && bins.length < MOST_BINS; at = after(at, interval)) bins.push(at);
  return bins;
}

function floorTo(ms: number, interval: Interval): number {
  const at = new Date(ms);
  if (interval === "minute") return at.setSeconds(0, 0);
  if (interval === "hour") return at.setMinutes(0, 0, 0);
  at.setHours(0, 0, 0, 0);
  // Weeks begin on Monday.
  return interval === "week" ? at.setDate(at.getDate() - ((at.getDay() + 6) % 7)) : at.getTime();
}

export function after(ms: number, interval: Interval): number {
  if (interval === "minute") return ms + 60_000;
  if (interval === "hour") return ms + HOUR_MS;
  // Days are not all of 24 hours.
  const at = new Date(ms);
  return at.setDate(at.getDate() + (interval === "week" ? 7 : 1));
}

export interface Series {
  readonly name: string;
  /** One value a bin; null where there is none. */
  readonly values: readonly (number | null)[];
}

export const OTHER = "other";
const MOST_SERIES = 7;

/** What the chart of each question measures. */
export const MEASURES: Readonly<Record<About, (item: UsageItem) => number | null>> = {
  cost: (item) => (item.cost.amount === null ? null : Number(item.cost.amount)),
  activity: (item) => item.spans,
  latency: (item) => item.p95_ms,
};

/**
 * The groups as series over the bins: the first seven of `order`, and all others in one more, which percentiles
 * have not, for they do not add up.
 */
export function seriesOf(items: readonly UsageItem[], order: readonly (string | null)[], bins: readonly number[], about: About): Series[] {
  const place = new Map(bins.map((at, index) => [at, index]));
  const named = order.slice(0, MOST_SERIES);
  const rows = new Map<string | null, (number | null)[]>(named.map((key) => [key, bins.map(() => null)]));
  const other = bins.map((): number | null => null);
  for (const item of items) {
    const at = item.at === null ? undefined : place.get(Date.parse(item.at));
    const value = MEASURES[about](item);
    if (at === undefined || value === null) continue;
    const row = rows.get(item.key) ?? other;
    row[at] = (row[at] ?? 0) + value;
  }
  const series = named.map((key) => ({ name: key ?? "unnamed", values: rows.get(key) ?? [] }));
  const hasOther = about !== "latency" && other.some((value) => value !== null && value > 0);
  return [...series, ...(hasOther ? [{ name: OTHER, values: other }] : [])].filter(({ values }) => values.some((value) => value !== null && value > 0));
}

/** p50, p95 and p99 of all runs over the bins. */
export function percentilesOf(items: readonly UsageItem[], bins: readonly number[]): Series[] {
  const at = new Map(items.map((item) => [item.at === null ? Number.NaN : Date.parse(item.at), item]));
  const read = (name: "p50_ms" | "p95_ms" | "p99_ms"): Series => ({ name: name.slice(0, 3), values: bins.map((bin) => at.get(bin)?.[name] ?? null) });
  return [read("p50_ms"), read("p95_ms"), read("p99_ms")].filter(({ values }) => values.some((value) => value !== null));
}

/** A round number at or above `value`, for the top of an axis. */
export function topOf(value: number): number {
  if (value <= 0) return 1;
  const scale = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * scale >= value * 0.999_999) ?? 10) * scale;
}

/** The share of tokens that no price was known for; null when there were no tokens. */
export function unpricedShare({ tokens, cost }: UsageItem): number | null {
  const all = (tokens.input ?? 0) + (tokens.output ?? 0);
  return all === 0 ? null : Math.min(1, (cost.unpriced_tokens ?? 0) / all);
}

/** The filter of the runs behind a row; null where runs know no such field. */
export function runsBehind(q: string, group: Group, key: string | null): string | null {
  if (group === "provider") return null;
  if (key !== null) return addTerm(q, `${group}:${quoteValue(key)}`);
  return group === "model" || group === "tool" ? null : addTerm(q, `-${group}:*`);
}

export const COLUMNS = ["runs", "spans", "errors", "input", "output", "cached", "cost", "unpriced", "p50", "p95", "p99"] as const;
export type Column = (typeof COLUMNS)[number];

/** A number of a row, by which it is sorted and which stands in the CSV; null when nothing was reported. */
export function numberOf(item: UsageItem, column: Column): number | null {
  switch (column) {
    case "runs": return item.runs;
    case "spans": return item.spans;
    case "errors": return item.errors;
    case "input": return item.tokens.input;
    case "output": return item.tokens.output;
    case "cached": return item.tokens.cache_read;
    case "cost": return item.cost.amount === null ? null : Number(item.cost.amount);
    case "unpriced": return item.cost.unpriced_tokens;
    case "p50": return item.p50_ms;
    case "p95": return item.p95_ms;
    case "p99": return item.p99_ms;
  }
}

/** Sorted by a column, the largest first; what was not reported stands last. */
export function sortItems(items: readonly UsageItem[], column: Column): UsageItem[] {
  const value = (item: UsageItem): number => numberOf(item, column) ?? Number.NEGATIVE_INFINITY;
  return items.toSorted((left, right) => value(right) - value(left) || 0);
}

/** A cell of CSV. What a spreadsheet would take for a formula is marked as text. */
function cellOf(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The table as CSV with its total; money with every digit that the server gave. */
export function csvOf(group: Group, items: readonly UsageItem[], total: UsageItem): string {
  const head = [group, ...COLUMNS.map((column) => (/^p\d/.test(column) ? `${column}_ms` : column))];
  const line = (name: string, item: UsageItem): string =>
    [cellOf(name), ...COLUMNS.map((column) => (column === "cost" ? (item.cost.amount ?? "") : cellOf(numberOf(item, column))))].join(",");
  return `${[head.join(","), ...items.map((item) => line(item.key ?? "", item)), line("total", total)].join("\r\n")}\r\n`;
}
