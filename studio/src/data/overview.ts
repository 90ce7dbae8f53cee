/** What stands on the overview: the same runs, findings and sums as elsewhere, each asked for the little that is shown. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Run, Session } from "../model/api";
import { type Range, boundsOf } from "../model/range";
import { getJson, projectPath } from "./http";

/** Of so many runs that failed the causes are told; more are counted. */
export const FAILURES_READ = 300;
const RUNNING_READ = 50;
const NEWEST_READ = 8;

const runs = (project: string, key: string, query: Readonly<Record<string, string | number | undefined>>) =>
  queryOptions({
    queryKey: ["overview", project, key, query],
    queryFn: async ({ signal }): Promise<readonly Run[]> => (await getJson<Page<Run>>(projectPath(project, "runs"), query, signal)).items,
    staleTime: 0,
  });

export const runningQuery = (project: string) => runs(project, "running", { q: "status:running", limit: RUNNING_READ });

export const newestQuery = (project: string) => runs(project, "newest", { limit: NEWEST_READ });

/** The runs of a range that failed or were lost, the newest first. */
export const failedQuery = (project: string, range: Range) =>
  queryOptions({
    queryKey: ["overview", project, "failed", range.from, range.to],
    queryFn: async ({ signal }): Promise<readonly Run[]> =>
      (await getJson<Page<Run>>(projectPath(project, "runs"), { q: "status:error,lost", ...boundsOf(range, Date.now()), limit: FAILURES_READ }, signal)).items,
    staleTime: 0,
  });

/** The sessions that go on now. */
export const activeSessionsQuery = (project: string) =>
  queryOptions({
    queryKey: ["overview", project, "sessions"],
    queryFn: async ({ signal }): Promise<readonly Session[]> =>
      (await getJson<Page<Session>>(projectPath(project, "sessions"), { active: "true", limit: NEWEST_READ }, signal)).items,
    staleTime: 0,
  });
