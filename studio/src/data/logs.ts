/** Log records: pages of them, one alone, and the newest of a source. */
import { queryOptions } from "@tanstack/react-query";
import type { Log, Page } from "../model/api";
import { type LogSource, within } from "../model/log-source";
import { type Range, boundsOf } from "../model/range";
import { getJson, projectPath } from "./http";

const LOGS_PAGE = 500;

/** The newest records of a source that pass the filter; its next pages go back in time. */
export function readLogs(project: string, source: LogSource, q: string, range: Range, cursor?: string, signal?: AbortSignal): Promise<Page<Log>> {
  const query = { q: within(source, q), ...boundsOf(range, Date.now()), limit: LOGS_PAGE, cursor };
  return getJson<Page<Log>>(projectPath(project, "logs"), query, signal);
}

/** One record with its whole body. */
export const logQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["log", project, id],
    queryFn: ({ signal }) => getJson<Log>(projectPath(project, `logs/${encodeURIComponent(id)}`), {}, signal),
  });

/** The newest record of a source, whatever the range; null when it never had one. */
export const newestLogQuery = (project: string, source: LogSource) =>
  queryOptions({
    queryKey: ["log-newest", project, source],
    queryFn: async ({ signal }) =>
      (await getJson<Page<Log>>(projectPath(project, "logs"), { q: within(source, ""), limit: 1 }, signal)).items[0] ?? null,
    staleTime: 0,
  });
