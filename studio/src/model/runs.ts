import { parseMillis } from "../base/time";
import type { Run } from "./api";

/** Runs by id with the newest word on each. */
export type RunMap = ReadonlyMap<string, Run>;

/** Newest first; equal starts by id, so that the order never wavers. */
export function compareRuns(left: Run, right: Run): number {
  if (left.started_at !== right.started_at) return parseMillis(right.started_at) - parseMillis(left.started_at) || 0;
  return left.id < right.id ? 1 : -1;
}

/**
 * The list as it is shown: the fetched runs with the news on them, and the runs that arrived since and have
 * been let in, newest first.
 */
export function layRuns(fetched: readonly Run[], news: RunMap, letIn: ReadonlySet<string>): Run[] {
  const rows = new Map(fetched.map((run) => [run.id, news.get(run.id) ?? run]));
  for (const id of letIn) {
    const run = news.get(id);
    if (run && !rows.has(id)) rows.set(id, run);
  }
  return [...rows.values()].toSorted(compareRuns);
}

/** Milliseconds that a run has taken so far. */
export function elapsedMs(run: Run, now: number): number | null {
  if (run.duration_ms !== null) return run.duration_ms;
  if (run.status !== "running") return null;
  return Math.max(0, now - parseMillis(run.started_at));
}

/** The runs marked for a comparison after `id` was marked or unmarked: two at most, the older mark goes. */
export function marked(before: readonly string[], id: string): readonly string[] {
  return before.includes(id) ? before.filter((other) => other !== id) : [...before.slice(-1), id];
}

export const runHref = (project: string, id: string, tab = ""): string =>
  `/p/${encodeURIComponent(project)}/runs/${encodeURIComponent(id)}${tab === "" ? "" : `/${tab}`}`;

export const compareHref = (project: string, a: string, b: string): string =>
  `${runHref(project, a)}/compare/${encodeURIComponent(b)}`;

/** Changes whenever what is computed of a run may have changed. */
export const versionOf = (run: Run): string => `${run.status} ${run.ended_at} ${run.span_count}`;
