/** Time ranges as they stand in the URL: `from=now-1h` and `to=now`, or times in UTC. */
import { minuteOf, shortTime } from "../base/time";
import { midnight, parseDate } from "../base/zone";

export interface Range {
  readonly from: string;
  readonly to: string;
}

export const DEFAULT_RANGE: Range = { from: "now-1h", to: "now" };

export const PRESETS: readonly { readonly from: string; readonly label: string }[] = [
  { from: "now-15m", label: "Last 15 minutes" },
  { from: "now-1h", label: "Last hour" },
  { from: "now-6h", label: "Last 6 hours" },
  { from: "now-24h", label: "Last 24 hours" },
  { from: "now-7d", label: "Last 7 days" },
  { from: "now-30d", label: "Last 30 days" },
];

const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 };

/** The moment an end of a range names, in ms since 1970; null for what cannot be read. */
export function momentOf(text: string, now: number): number | null {
  const relative = /^now(?:-(\d+)([smhdw]))?$/.exec(text);
  if (relative) {
    const unit = UNIT_MS[relative[2] ?? "s"] ?? 0;
    return now - Number(relative[1] ?? 0) * unit;
  }
  const absolute = Date.parse(text);
  return Number.isNaN(absolute) ? null : absolute;
}

export function isRelative(range: Range): boolean {
  return range.from.startsWith("now") || range.to.startsWith("now");
}

/** Whether new data belongs to the range. */
export function isLive(range: Range): boolean {
  return range.to === "now";
}

/** The range as the API takes it. An end of `now` is left open: what arrives next belongs to it. */
export function boundsOf(range: Range, now: number): { from?: string; to?: string } {
  const from = momentOf(range.from, now);
  const to = momentOf(range.to, now);
  return {
    ...(from === null ? {} : { from: new Date(from).toISOString() }),
    ...(to === null || isLive(range) ? {} : { to: new Date(to).toISOString() }),
  };
}

/** The same range in absolute times, so that a copied link shows tomorrow what it shows now. */
export function freeze(range: Range, now: number): Range {
  const at = (text: string): string => new Date(momentOf(text, now) ?? now).toISOString();
  return { from: at(range.from), to: at(range.to) };
}

/** The range before (`-1`) or after (`1`) this one, of the same length. */
export function shift(range: Range, direction: -1 | 1, now: number): Range {
  const from = momentOf(range.from, now) ?? now;
  const to = momentOf(range.to, now) ?? now;
  const by = (to - from) * direction;
  if (to + by >= now && isRelative(range)) return range;
  return { from: new Date(from + by).toISOString(), to: new Date(to + by).toISOString() };
}

/** A range of twice the length around the same middle, that ends now at the latest. */
export function zoomOut(range: Range, now: number): Range {
  const from = momentOf(range.from, now) ?? now;
  const to = momentOf(range.to, now) ?? now;
  const length = Math.max(1000, to - from);
  if (isLive(range)) return { from: relativeStart(2 * length), to: "now" };
  const end = Math.min(now, to + length / 2);
  return { from: new Date(end - 2 * length).toISOString(), to: new Date(end).toISOString() };
}

const WHOLE: readonly (readonly [string, number])[] = [["d", 86_400e3], ["h", 3600e3], ["m", 60e3], ["s", 1e3]];

/** `now-2h`: the largest unit that divides a length of time, which is rounded to seconds. */
function relativeStart(ms: number): string {
  const length = Math.round(ms / 1000) * 1000;
  const [unit, size] = WHOLE.find(([, each]) => length % each === 0) ?? ["s", 1000];
  return `now-${length / size}${unit}`;
}

const WORDS: Readonly<Record<string, number>> = { second: 1e3, sec: 1e3, minute: 60e3, min: 60e3, hour: 3600e3, day: 86_400e3, week: 604_800e3 };

/** A length of time such as `3h`, `90 min` or `2 days`, in ms; null for what is none. */
function parseLength(text: string): number | null {
  const found = /^(\d{1,6})\s*([a-z]+)$/.exec(text.trim());
  if (!found) return null;
  const unit = UNIT_MS[found[2] ?? ""] ?? WORDS[(found[2] ?? "").replace(/s$/, "")];
  return unit === undefined ? null : Number(found[1]) * unit;
}

/** What a person typed: `3h`, `last 2 days`, `yesterday`, `today`, or dates; null when it means nothing. */
export function parseTyped(text: string, now: number): Range | null {
  const trimmed = text.trim().toLowerCase();
  const length = parseLength(trimmed.replace(/^(?:last|past|now-)\s*/, ""));
  if (length !== null) return length > 0 ? { from: relativeStart(length), to: "now" } : null;
  const today = midnight(now);
  if (trimmed === "today") return { from: new Date(today).toISOString(), to: "now" };
  // Yesterday may have had 23 or 25 hours.
  if (trimmed === "yesterday") return { from: new Date(midnight(today - 1)).toISOString(), to: new Date(today).toISOString() };
  const [first = "", second] = text.split(/\s+(?:to|–|—|\.\.|\/)\s+|\/(?=\d{4}-)/);
  const from = parseDate(first);
  if (Number.isNaN(from)) return null;
  if (second === undefined) {
    const isDay = /^\d{4}-\d\d-\d\d$/.test(first.trim());
    const next = midnight(from + 90_000_000);
    return { from: new Date(from).toISOString(), to: isDay && next <= now ? new Date(next).toISOString() : "now" };
  }
  if (second.trim().toLowerCase() === "now") return { from: new Date(from).toISOString(), to: "now" };
  // A clock alone means the day that was named before.
  const to = /^\d\d?:\d\d/.test(second.trim()) ? parseDate(`${/^\S+/.exec(first.trim())?.[0]} ${second.trim()}`) : parseDate(second);
  if (Number.isNaN(to) || to <= from) return null;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** `Last hour`, or both ends in the zone that times are shown in. */
export function labelOf(range: Range, now = Date.now()): string {
  const preset = PRESETS.find((candidate) => candidate.from === range.from && range.to === "now");
  if (preset) return preset.label;
  const relative = /^now-(\d+)([smhdw])$/.exec(range.from);
  if (relative && range.to === "now") return `Last ${relative[1]}${relative[2]}`;
  return `${showMoment(range.from, now)} – ${showMoment(range.to, sharesDay(range) ? Date.parse(range.to) : now)}`;
}

/** Whether the second end need not name its day again. */
function sharesDay(range: Range): boolean {
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)];
  return Number.isFinite(from) && Number.isFinite(to) && midnight(from) === midnight(to);
}

/** The clock alone on the day of `today`; seconds only where there are some. */
function showMoment(text: string, today: number): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return text;
  return at % 60_000 === 0 ? minuteOf(at, today) : shortTime(at, today);
}
