/** What runs came to, by group and interval, laid out for a chart and a table. */
import { midnight, zone } from "../base/zone";
import type { Usage, UsageItem } from "./api";
import { csvText, decimal } from "./csv";
import { addTerm, quoteValue } from "./filter";
import { type Range, momentOf } from "./range";

export type { Usage, UsageItem };

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
  if (interval === "minute" || interval === "hour") {
    const at = new Date(ms);
    return interval === "minute" ? at.setSeconds(0, 0) : at.setMinutes(0, 0, 0);
  }
  const day = midnight(ms);
  // Weeks begin on Monday.
  return interval === "week" ? addDays(day, -((weekdayOf(day) + 6) % 7)) : day;
}

const weekdayOf = (ms: number): number => (zone.get() === "utc" ? new Date(ms).getUTCDay() : new Date(ms).getDay());

/** Days are not all of 24 hours, but in UTC. */
function addDays(ms: number, days: number): number {
  const at = new Date(ms);
  return zone.get() === "utc" ? at.setUTCDate(at.getUTCDate() + days) : at.setDate(at.getDate() + days);
}

export function after(ms: number, interval: Interval): number {
  if (interval === "minute") return ms + 60_000;
  if (interval === "hour") return ms + HOUR_MS;
  return addDays(ms, interval === "week" ? 7 : 1);
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

/** The bin that a moment is in; null outside of all of them. */
export function binOf(at: number | null, bins: readonly number[], end: number): number | null {
  if (at === null || at >= end) return null;
  const next = bins.findIndex((start) => start > at);
  const found = (next === -1 ? bins.length : next) - 1;
  return found < 0 ? null : found;
}

/** A round number at or above `value`, for the top of an axis. */
export function topOf(value: number): number {
  if (value <= 0) return 1;
  const scale = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * scale >= value * 0.999_999) ?? 10) * scale;
}

/** The values at the lines of an axis, from the bottom up: zero is one of them, four or five lines stand above the first. */
export function axisOf(least: number, most: number): number[] {
  if (least >= 0) {
    const top = topOf(most);
    return [0, 0.25, 0.5, 0.75, 1].map((part) => top * part);
  }
  const step = topOf((Math.max(0, most) - least) / 4);
  const below = Math.ceil(-least / step);
  const above = Math.ceil(Math.max(0, most) / step);
  return Array.from({ length: below + above + 1 }, (_, at) => (at - below) * step);
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

/** The table as CSV with its total; money with every digit that the server gave. */
export function csvOf(group: Group, items: readonly UsageItem[], total: UsageItem): string {
  const heads = [group, ...COLUMNS.map((column) => (/^p\d/.test(column) ? `${column}_ms` : column))];
  const line = (name: string | null, item: UsageItem) => [name, ...COLUMNS.map((column) => (column === "cost" ? decimal(item.cost.amount) : numberOf(item, column)))];
  return csvText(heads, [...items.map((item) => line(item.key, item)), line("total", total)]);
}

/** The range of the same length before this one, in absolute times. */
export function rangeBefore(range: Range, now: number): Range {
  const from = momentOf(range.from, now) ?? now;
  const to = momentOf(range.to, now) ?? now;
  return { from: new Date(from - (to - from)).toISOString(), to: new Date(from).toISOString() };
}

/** What stood in the period before, bin for bin beneath those of now. */
export function ghostOf(items: readonly UsageItem[], range: Range, interval: Interval, about: About, now: number, bins: readonly number[]): Series | undefined {
  const sums = new Map<number, number>();
  for (const item of items) {
    const at = item.at === null ? Number.NaN : Date.parse(item.at);
    const value = MEASURES[about](item);
    if (value !== null) sums.set(at, (sums.get(at) ?? 0) + value);
  }
  return beneath(sums, range, interval, now, bins, about === "latency" ? null : 0);
}

/** Values of the period before by the start of their intervals, laid beneath the bins of now; `none` where there is none. */
export function beneath(values: ReadonlyMap<number, number>, range: Range, interval: Interval, now: number, bins: readonly number[], none: number | null): Series | undefined {
  if (values.size === 0) return undefined;
  const before = binsOf(rangeBefore(range, now), interval, now);
  // The last bin of a range that ends within it is the first of the next one.
  const shift = Math.max(0, before.length - bins.length);
  return { name: "period before", values: bins.map((_, at) => values.get(before[at + shift] ?? Number.NaN) ?? none) };
}

/** By how much a number changed, as a share of what it was; null where that says nothing. */
export function changeOf(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : now / before - 1;
}

/** `▲ 12%`, `▼ 4%`, `≈ same`, `× 14`. */
export function sayChange(change: number): string {
  const percent = Math.round(Math.abs(change) * 100);
  if (percent === 0) return "≈ same";
  if (change >= 9) return `▲ ×${Math.round(change + 1)}`;
  return `${change > 0 ? "▲" : "▼"} ${percent}%`;
}

/** The bin's own range as the address takes it. */
export const rangeOf = (from: number, to: number): Range => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
