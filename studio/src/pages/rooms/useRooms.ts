import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../../data/hooks";
import { roomsQuery } from "../../data/rooms";
import { useMay } from "../../data/session";
import type { LiveEvent } from "../../model/api";
import { roomOf } from "../../model/rooms";

const REREAD_MS = 1000;
const HEARD_MS = 500;
/** Sums change without an event, and sessions end by silence. */
const POLL_MS = 5000;
/** Rooms are listed by name and shown by activity, so that all of them are read, up to this many pages. */
const MOST_PAGES = 4;

const NOTHING: ReadonlyMap<string, number> = new Map();

/**
 * The rooms of a project, and when the stream last brought something of each. What is heard shows at once; the
 * sums are read again when runs, participants or services move, unless the list is paused.
 */
export function useRooms(project: string, paused: boolean) {
  const mayStream = useMay(project, "read");
  const query = useInfiniteQuery({ ...roomsQuery(project), refetchInterval: ({ state }) => (paused ? false : POLL_MS * (state.data?.pages.length ?? 1)) });
  const { refetch, hasNextPage, isFetching, fetchNextPage } = query;
  const pages = query.data?.pages.length ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetching && pages < MOST_PAGES) void fetchNextPage();
  }, [hasNextPage, isFetching, pages, fetchNextPage]);

  const [heard, setHeard] = useState(NOTHING);
  const arrived = useRef(new Map<string, number>());
  const timers = useRef({ heard: 0, reread: 0 });
  useEffect(() => {
    const running = timers.current;
    return () => {
      window.clearTimeout(running.heard);
      window.clearTimeout(running.reread);
    };
  }, []);
  const later = (name: "heard" | "reread", ms: number, run: () => void): void => {
    if (timers.current[name] !== 0) return;
    timers.current[name] = window.setTimeout(() => {
      timers.current[name] = 0;
      run();
    }, ms);
  };
  const reread = (): void => later("reread", REREAD_MS, () => void refetch());
  const onEvents = (events: readonly LiveEvent[]): void => {
    const now = Date.now();
    for (const event of events) {
      const room = roomOf(event);
      if (room !== null) arrived.current.set(room, now);
    }
    later("heard", HEARD_MS, () => setHeard(new Map(arrived.current)));
    if (events.some(({ type }) => type === "run" || type === "room_event" || type === "service")) reread();
  };
  useLive(mayStream && !paused ? "runs,logs" : "", { onEvents, onResync: reread });

  const rooms = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { query, rooms, heard };
}
