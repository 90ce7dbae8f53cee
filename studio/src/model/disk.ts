/** What projects take up on disk. */
import { formatBytes } from "../base/format";
import type { Disk, DiskRoom, DiskShare } from "./api";
import { csvText } from "./csv";

export interface ProjectDisk {
  /** Null for all projects that the reader is not in. */
  readonly project: string | null;
  readonly bytes: number;
  readonly perDay: number;
  readonly shares: readonly DiskShare[];
}

/** The shares by project, the largest first. */
export function byProject(shares: readonly DiskShare[]): ProjectDisk[] {
  const found = new Map<string | null, DiskShare[]>();
  for (const share of shares) found.set(share.project, [...(found.get(share.project) ?? []), share]);
  return [...found].map(([project, own]) => ({
    project, shares: own,
    bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
    perDay: own.reduce((sum, { bytes_a_day }) => sum + bytes_a_day, 0),
  })).toSorted((left, right) => right.bytes - left.bytes);
}

/** How long the disk lasts, in words; what is removed after the retention can make it last for ever. */
export function lasting({ shares, free_bytes, days_left }: Disk, retentionDays: number): { readonly text: string; readonly isNear: boolean } {
  if (free_bytes === null) return { text: "", isNear: false };
  if (days_left === null) return { text: "nothing came in within the last 24 hours", isNear: false };
  const now = shares.reduce((sum, { bytes }) => sum + bytes, 0);
  const perDay = shares.reduce((sum, { bytes_a_day }) => sum + bytes_a_day, 0);
  if (retentionDays > 0 && perDay * retentionDays <= now + free_bytes) {
    return { text: `lasts: at this rate ${retentionDays} days of it fit, and what is older is removed`, isNear: false };
  }
  const days = Math.floor(days_left);
  return { text: days > 3650 ? "lasts for more than ten years at this rate" : `full in about ${days} ${days === 1 ? "day" : "days"} at this rate`, isNear: days < 30 };
}

/** What to say while the disk runs out; null while there is room. */
export function shortage({ state, free_bytes, low_bytes, stop_bytes }: DiskRoom): string | null {
  if (state === "ok") return null;
  const left = free_bytes === null ? "" : `: ${formatBytes(free_bytes)} left`;
  return state === "full"
    ? `The server’s disk is nearly full${left}. Telemetry is refused, and its senders keep it, until there are ${formatBytes(stop_bytes)}. What is stored can be read.`
    : `The server’s disk runs out${left}, less than ${formatBytes(low_bytes)}. Below ${formatBytes(stop_bytes)} telemetry is refused: make room, or keep it for fewer days.`;
}

export const diskCsv = (shares: readonly DiskShare[]): string =>
  csvText(["project", "signal", "rows", "bytes", "bytes_a_day"], shares.map(({ project, signal, rows, bytes, bytes_a_day }) => [project, signal, rows, bytes, bytes_a_day]));
