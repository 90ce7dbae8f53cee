/** Sessions, their timelines, and the users that agents named: what is read of them, and what can be done. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Page } from "../model/api";
import { type Range, boundsOf } from "../model/range";
import type { Activity, Moment, Session, SessionRuns } from "../model/schema";
import { getJson, projectPath, sendJson } from "./http";
import { queries } from "./reads";

const SESSIONS_PAGE = 100;
export const MOMENTS_PAGE = 1000;

export interface Asked {
  readonly q: string;
  readonly range: Range;
  readonly room: string;
  readonly active: boolean;
}

const pathOf = (project: string, id: string): string => projectPath(project, `sessions/${encodeURIComponent(id)}`);

export const sessionsQuery = (project: string, { q, range, room, active }: Asked) =>
  infiniteQueryOptions({
    queryKey: ["sessions", project, q, range.from, range.to, room, active],
    queryFn: ({ signal, pageParam }) =>
      getJson<Page<Session>>(
        projectPath(project, "sessions"),
        { q, ...boundsOf(range, Date.now()), room, active: active ? "true" : undefined, limit: SESSIONS_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

/** The session heard of last, whatever the range: where an empty range should be widened to. */
export const newestSessionQuery = (project: string) =>
  queryOptions({
    queryKey: ["session-newest", project],
    queryFn: ({ signal }) => getJson<Page<Session>>(projectPath(project, "sessions"), { limit: 1 }, signal),
    staleTime: 0,
  });

/** One session: who is in it, its totals and its newest runs. */
export const sessionQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ["session-of", project, id],
    queryFn: ({ signal }) => getJson<SessionRuns>(pathOf(project, id), {}, signal),
    staleTime: 0,
  });

/** A page of what happened in a session, the first thing first. */
export function readMoments(project: string, id: string, cursor?: string, signal?: AbortSignal): Promise<Page<Moment>> {
  return getJson<Page<Moment>>(`${pathOf(project, id)}/timeline`, { limit: MOMENTS_PAGE, cursor }, signal);
}

/** Ends a room's session for good: `ended` says that it is over, `killed` that it was stopped. */
export async function endSession(project: string, id: string, by: "ended" | "killed"): Promise<Session> {
  const ended = await sendJson<Session>("POST", `${pathOf(project, id)}/end`, { by });
  await Promise.all([
    queries.invalidateQueries({ queryKey: ["session-of", project, id] }),
    queries.invalidateQueries({ queryKey: ["sessions", project] }),
  ]);
  return ended;
}

export const usersQuery = (project: string, q: string, range: Range) =>
  infiniteQueryOptions({
    queryKey: ["users", project, q, range.from, range.to],
    queryFn: ({ signal, pageParam }) =>
      getJson<Page<Activity>>(
        projectPath(project, "users"),
        { q, ...boundsOf(range, Date.now()), limit: SESSIONS_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
