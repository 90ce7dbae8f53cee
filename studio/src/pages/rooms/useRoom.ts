import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLive } from "../../data/hooks";
import { roomQuery } from "../../data/rooms";
import type { Gap, LiveEvent } from "../../model/api";

const REREAD_MS = 1000;
/** What a service uses, and that it fell silent, is a question and no event. */
const POLL_MS = 5000;
const RATE_MS = 1000;
/** The rate is that of so many of the last seconds. */
const RATE_WINDOW = 5;

/** What the stream brought of a room since its page was opened. */
export interface Flow {
  readonly perSecond: number;
  /** Changes that the stream could not bring; null where it is not known how many. */
  readonly dropped: number | null;
}

/** A room, read again when participants, services or runs move, and how much comes from it. */
export function useRoom(project: string, room: string) {
  const query = useQuery({ ...roomQuery(project, room), refetchInterval: POLL_MS, retry: false });
  const { refetch } = query;
  const [flow, setFlow] = useState<Flow>({ perSecond: 0, dropped: 0 });
  const counted = useRef(0);
  const planned = useRef(0);
  useEffect(() => () => window.clearTimeout(planned.current), []);
  useEffect(() => {
    let last: readonly number[] = [];
    const timer = window.setInterval(() => {
      last = [...last, counted.current].slice(-RATE_WINDOW);
      counted.current = 0;
      const perSecond = Math.round((10 * last.reduce((sum, count) => sum + count, 0)) / last.length) / 10;
      setFlow((before) => (before.perSecond === perSecond ? before : { ...before, perSecond }));
    }, RATE_MS);
    return () => window.clearInterval(timer);
  }, []);
  const plan = (): void => {
    if (planned.current !== 0) return;
    planned.current = window.setTimeout(() => {
      planned.current = 0;
      void refetch();
    }, REREAD_MS);
  };
  const onEvents = (events: readonly LiveEvent[]): void => {
    counted.current += events.length;
    if (events.some(({ type }) => type === "run" || type === "room_event" || type === "service")) plan();
  };
  const onGap = ({ missed }: Gap): void =>
    setFlow(({ dropped, ...rest }) => ({ ...rest, dropped: missed === null || dropped === null ? null : dropped + missed }));
  useLive(`room:${room}`, { onEvents, onGap, onResync: plan });
  return { query, flow };
}
