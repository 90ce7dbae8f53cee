/** Rooms: the list, one of them, and how many have somebody in them now. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Page } from "../model/api";
import type { Room, RoomNow, Session } from "../model/schema";
import { ApiError, getJson, projectPath } from "./http";
import { queries } from "./reads";
import { endSession } from "./sessions";

const ROOMS_PAGE = 500;
/** More rooms than this are counted as "this many and more". */
export const MOST_ACTIVE = 200;

export const roomsQuery = (project: string) =>
  infiniteQueryOptions({
    queryKey: ["rooms", project],
    queryFn: ({ signal, pageParam }) => getJson<Page<Room>>(projectPath(project, "rooms"), { limit: ROOMS_PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

async function readRoom(project: string, room: string, signal: AbortSignal): Promise<RoomNow> {
  if (!room.includes("/")) return getJson<RoomNow>(projectPath(project, `rooms/${encodeURIComponent(room)}`), {}, signal);
  // No path of the API holds a name with a slash, so that nobody connects to such a room and no service reports
  // itself there: the list knows all of it.
  const { items } = await getJson<Page<Room>>(projectPath(project, "rooms"), { containing: room, limit: ROOMS_PAGE }, signal);
  const found = items.find(({ name }) => name === room);
  if (!found) throw new ApiError("There is no such room.", 404, "not_found", "", "", `rooms?containing=${room}`);
  return { ...found, present: [], services: [] };
}

/** One room: its live session, who is in it, and its services. */
export const roomQuery = (project: string, room: string) =>
  queryOptions({
    queryKey: ["room", project, room],
    queryFn: ({ signal }) => readRoom(project, room, signal),
    staleTime: 0,
  });

/** The session that a room was in last; null when it never was in one. */
export const lastSessionQuery = (project: string, room: string) =>
  queryOptions({
    queryKey: ["room-last-session", project, room],
    queryFn: async ({ signal }) => (await getJson<Page<Session>>(projectPath(project, "sessions"), { room, limit: 1 }, signal)).items[0] ?? null,
    staleTime: 0,
  });

/** How many rooms are in a session now; never more than MOST_ACTIVE. */
export const activeRoomsQuery = (project: string) =>
  queryOptions({
    queryKey: ["rooms-active", project],
    queryFn: async ({ signal }) => {
      const { items } = await getJson<Page<Session>>(projectPath(project, "sessions"), { active: "true", limit: MOST_ACTIVE }, signal);
      return new Set(items.flatMap(({ room }) => (room === null ? [] : [room]))).size;
    },
    staleTime: 0,
  });

/** Ends the session that a room is in, and reads again what told of it. */
export async function endRoomSession(project: string, room: string, session: string, by: "ended" | "killed"): Promise<void> {
  await endSession(project, session, by);
  await Promise.all([
    queries.invalidateQueries({ queryKey: ["room", project, room] }),
    queries.invalidateQueries({ queryKey: ["room-last-session", project, room] }),
    queries.invalidateQueries({ queryKey: ["rooms-active", project] }),
  ]);
}
