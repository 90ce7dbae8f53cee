/** What one can jump to in a project: the names of its agents and rooms, its newest sessions and runs. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Run } from "../model/api";
import type { Agent, Room, Session } from "../model/schema";
import { getJson, projectPath } from "./http";

const NAMES = 500;
const NEWEST = 50;

export interface JumpTargets {
  readonly agents: readonly string[];
  readonly rooms: readonly string[];
  readonly sessions: readonly Session[];
  readonly runs: readonly Run[];
}

/** A list that the reader may not see, or that cannot be read now, is empty: the others are still of use. */
async function listed<T>(project: string, path: string, limit: number, signal: AbortSignal): Promise<readonly T[]> {
  try {
    return (await getJson<Page<T>>(projectPath(project, path), { limit }, signal)).items;
  } catch (error) {
    if (signal.aborted) throw error;
    return [];
  }
}

export const jumpQuery = (project: string, mayRead: boolean) =>
  queryOptions({
    queryKey: ["jump", project, mayRead],
    queryFn: async ({ signal }): Promise<JumpTargets> => {
      const [agents, rooms, sessions, runs] = await Promise.all([
        listed<Agent>(project, "agents", NAMES, signal),
        listed<Room>(project, "rooms", NAMES, signal),
        mayRead ? listed<Session>(project, "sessions", NEWEST, signal) : [],
        mayRead ? listed<Run>(project, "runs", NEWEST, signal) : [],
      ]);
      return { agents: agents.map(({ name }) => name), rooms: rooms.map(({ name }) => name), sessions, runs };
    },
    staleTime: 10_000,
  });
