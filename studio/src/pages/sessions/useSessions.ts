import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useLive } from "../../data/hooks";
import { type Asked, sessionsQuery } from "../../data/sessions";
import { isLive } from "../../model/range";

const REREAD_MS = 1500;
/** Joins, logs and ends are told to whoever listens to that very session; the list asks for them. */
const POLL_MS = 5000;

/** The sessions of a question, read again when runs move and every few seconds, unless the list is paused. */
export function useSessions(project: string, asked: Asked, paused: boolean) {
  const live = isLive(asked.range) && !paused;
  const query = useInfiniteQuery({ ...sessionsQuery(project, asked), refetchInterval: live ? POLL_MS : false });
  const { refetch } = query;
  const planned = useRef(0);
  useEffect(() => () => window.clearTimeout(planned.current), []);
  const plan = (): void => {
    if (planned.current !== 0) return;
    planned.current = window.setTimeout(() => {
      planned.current = 0;
      void refetch();
    }, REREAD_MS);
  };
  useLive(live ? "runs" : "", { onEvents: plan, onResync: plan });
  const sessions = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { query, sessions };
}
