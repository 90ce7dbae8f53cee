/** Time ranges as they stand in the URL: `from=now-1h` and `to=now`, or times in UTC. */

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

/** What a person typed: `3h`, `90m`, `yesterday`, `today`, or a date; null when it means nothing. */
export function parseTyped(text: string, now: number): Range | null {
  const trimmed = text.trim().toLowerCase();
  const relative = /^(\d+)\s*([smhdw])$/.exec(trimmed);
  if (relative) return { from: `now-${relative[1]}${relative[2]}`, to: "now" };
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (trimmed === "today") return { from: new Date(midnight).toISOString(), to: "now" };
  if (trimmed === "yesterday") {
    return { from: new Date(midnight - 86_400e3).toISOString(), to: new Date(midnight).toISOString() };
  }
  const [first, second] = text.split(/\s+(?:to|–|—|\.\.)\s+/);
  const from = Date.parse(first ?? "");
  if (Number.isNaN(from)) return null;
  const to = second === undefined ? Number.NaN : Date.parse(second);
  return { from: new Date(from).toISOString(), to: Number.isNaN(to) ? "now" : new Date(to).toISOString() };
}

/** `Last hour`, or both ends in the reader's zone. */
export function labelOf(range: Range): string {
  const preset = PRESETS.find((candidate) => candidate.from === range.from && range.to === "now");
  if (preset) return preset.label;
  const relative = /^now-(\d+)([smhdw])$/.exec(range.from);
  if (relative && range.to === "now") return `Last ${relative[1]}${relative[2]}`;
  return `${showMoment(range.from)} – ${showMoment(range.to)}`;
}

function showMoment(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return text;
  return new Date(at).toLocaleString(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
}
