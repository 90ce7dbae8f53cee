/** The zone that times are shown in: the reader's own, or UTC. The address says which, so that links agree. */
import { Signal } from "./signal";

export type Zone = "local" | "utc";

export const zone = new Signal<Zone>("local");

/** `Europe/Lisbon`, or `UTC`. */
export function zoneName(): string {
  return zone.get() === "utc" ? "UTC" : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export interface DateParts {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** A moment on the calendar and the clock of the zone. */
export function partsOf(ms: number): DateParts {
  const date = new Date(ms);
  if (zone.get() === "utc") {
    return {
      year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(),
      hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(),
    };
  }
  return {
    year: date.getFullYear(), month: date.getMonth(), day: date.getDate(),
    hour: date.getHours(), minute: date.getMinutes(), second: date.getSeconds(),
  };
}

/** The last midnight before `ms`. */
export function midnight(ms: number): number {
  const date = new Date(ms);
  return zone.get() === "utc" ? date.setUTCHours(0, 0, 0, 0) : date.setHours(0, 0, 0, 0);
}

/** A date as a person writes it, in the zone unless it names one itself; not a number for what is none. */
export function parseDate(text: string): number {
  const trimmed = text.trim();
  if (zone.get() === "local" || /(?:Z|[+-]\d\d:?\d\d|UTC|GMT)$/i.test(trimmed)) {
    // A date alone would be read as UTC, which is not what the clock on the wall says.
    return Date.parse(/^\d{4}-\d\d-\d\d$/.test(trimmed) ? `${trimmed}T00:00` : trimmed);
  }
  return Date.parse(/^\d{4}-\d\d-\d\d$/.test(trimmed) ? trimmed : `${trimmed.replace(/^(\d{4}-\d\d-\d\d) /, "$1T")}Z`);
}
