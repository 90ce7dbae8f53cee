/** Times: RFC 3339 in UTC with up to nine digits of fraction in, the zone that is chosen out. */
import { partsOf } from "./zone";

const NS_PER_MS = 1_000_000n;

/** Nanoseconds since 1970 of an RFC 3339 time, with every digit kept. Null for what is no time. */
export function parseNanos(text: string): bigint | null {
  const match = /^(.{19})(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (!match) return null;
  const ms = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(ms)) return null;
  return BigInt(ms) * NS_PER_MS + BigInt((match[2] ?? "").padEnd(9, "0"));
}

/** The RFC 3339 time of nanoseconds since 1970, as the server writes it: parseNanos backwards. */
export function formatNanos(nanos: bigint): string {
  const seconds = new Date(Number(nanos / NS_PER_MS)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, "0")}Z`;
}

/** Milliseconds since 1970, as a float with the fraction kept as far as a double can. */
export function parseMillis(text: string): number {
  const nanos = parseNanos(text);
  return nanos === null ? Number.NaN : Number(nanos / NS_PER_MS) + Number(nanos % NS_PER_MS) / 1e6;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `14:03:07.120` in the zone that times are shown in. */
export function clockTime(ms: number): string {
  if (!Number.isFinite(ms)) return "—";
  const { hour, minute, second } = partsOf(ms);
  const fraction = String(((Math.floor(ms) % 1000) + 1000) % 1000).padStart(3, "0");
  return `${two(hour)}:${two(minute)}:${two(second)}.${fraction}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `14:03:07` today, `Nov 3 14:03` on another day: the shortest that leaves no doubt. */
export function shortTime(ms: number, now: number): string {
  if (!Number.isFinite(ms)) return "—";
  const [at, today] = [partsOf(ms), partsOf(now)];
  const clock = `${two(at.hour)}:${two(at.minute)}`;
  if (at.year === today.year && at.month === today.month && at.day === today.day) return `${clock}:${two(at.second)}`;
  const year = at.year === today.year ? "" : ` ${at.year}`;
  return `${MONTHS[at.month]} ${at.day}${year} ${clock}`;
}

/** `14:03` today, `Nov 3 14:03` on another day. */
export function minuteOf(ms: number, now: number): string {
  const text = shortTime(ms, now);
  return /^\d\d:\d\d:\d\d$/.test(text) ? text.slice(0, 5) : text;
}

/** `Nov 3`. */
export function dayOf(ms: number): string {
  const { month, day } = partsOf(ms);
  return `${MONTHS[month]} ${day}`;
}

/** `Nov 3 2026 14:03:07`. */
export function longTime(ms: number): string {
  if (!Number.isFinite(ms)) return "—";
  const { year, month, day, hour, minute, second } = partsOf(ms);
  return `${MONTHS[month]} ${day} ${year} ${two(hour)}:${two(minute)}:${two(second)}`;
}

/** Both zones, for a tooltip. */
export function bothZones(ms: number): string {
  if (!Number.isFinite(ms)) return "";
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${new Date(ms).toLocaleString()} (${own})\n${new Date(ms).toISOString()} (UTC)`;
}

const trim = (value: number, digits: number): string => value.toFixed(digits).replace(/\.0+$|(\.\d*?)0+$/, "$1");

/**
 * A length of time in three significant digits: `0`, `740 ns`, `12.4 µs`, `310 ms`, `4.12 s`, `2m 31s`, `3h 05m`.
 */
export function formatDuration(ns: number): string {
  if (!Number.isFinite(ns)) return "—";
  if (ns < 0) return `-${formatDuration(-ns)}`;
  if (ns === 0) return "0";
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${trim(ns / 1e3, ns < 1e5 ? 1 : 0)} µs`;
  if (ns < 999.5e6) return `${trim(ns / 1e6, ns < 1e8 ? 1 : 0)} ms`;
  const seconds = ns / 1e9;
  if (seconds < 59.95) return `${trim(seconds, seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}
