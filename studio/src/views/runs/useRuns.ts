import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useLive, useSoon } from "../../data/hooks";
import { useMay } from "../../data/session";
import { runsQuery } from "../../data/reads";
import type { LiveEvent, Run } from "../../model/api";
import { type Range, isLive } from "../../model/range";
import { layRuns } from "../../model/runs";

interface News {
  readonly run: Run;
  /** When it arrived, on the page's own clock. */
  readonly at: number;
}

/** What the stream said about one list. */
interface Heard {
  readonly key: string;
  readonly news: ReadonlyMap<string, News>;
  /** Runs that were not fetched and are shown all the same. */
  readonly letIn: ReadonlySet<string>;
}

const silence = (key: string): Heard => ({ key, news: new Map(), letIn: new Set() });

const FILTERED_REFRESH_MS = 1500;
/** Whoever may not read the stream is told about changes by asking. */
const POLL_MS = 5000;

/**
 * The runs of a filter and a range, kept up to date by the stream. A run that is listed changes in place. A
 * new one is let in at once, or waits while the list is held. Whether it passes a filter only the server can
 * say, so with a filter the list is read again, at most every 1.5 s.
 */
export function useRuns(project: string, q: string, range: Range, held: boolean) {
  const mayStream = useMay(project, "read");
  const asked = runsQuery(project, q, range);
  const query = useInfiniteQuery({
    ...asked,
    placeholderData: keepPreviousData,
    refetchInterval: mayStream || held || !isLive(range) ? (asked.refetchInterval ?? false) : POLL_MS,
  });
  const key = `${project}\n${q}\n${range.from}\n${range.to}`;
  const [heard, setHeard] = useState<Heard>(() => silence(key));
  // Another list starts without what was heard for the one before.
  const { news, letIn } = heard.key === key ? heard : silence(key);
  const setNews = useCallback((change: (news: Heard["news"]) => Heard["news"]) => {
    setHeard((before) => {
      const present = before.key === key ? before : silence(key);
      return { ...present, news: change(present.news) };
    });
  }, [key]);
  const fetched = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { refetch } = query;

  const reread = useCallback(async () => {
    const since = performance.now();
    await refetch();
    // What was heard before the answer was asked for is in the answer.
    setNews((present) => new Map([...present].filter(([, { at }]) => at >= since)));
  }, [refetch, setNews]);

  const rereadSoon = useSoon(() => void reread(), FILTERED_REFRESH_MS);
  const listed = useMemo(() => new Set(fetched.map((run) => run.id)), [fetched]);

  const onEvents = (events: readonly LiveEvent[]): void => {
    const at = performance.now();
    const runs = events.flatMap((event) => (event.type === "run" ? [event.data] : []));
    setNews((present) => {
      const next = new Map(present);
      for (const run of runs) next.set(run.id, { run, at });
      return next;
    });
    const unlisted = runs.some((run) => !listed.has(run.id));
    if (q !== "" && unlisted && !held) rereadSoon();
  };
  useLive(mayStream && isLive(range) ? "runs" : "", { onEvents, onResync: () => void reread() });

  const arrived = useMemo(
    () => (q === "" ? [...news.keys()].filter((id) => !listed.has(id) && !letIn.has(id)) : []),
    [q, news, listed, letIn],
  );
  const release = useCallback(() => {
    setHeard((before) => (before.key === key ? { ...before, letIn: new Set([...before.letIn, ...before.news.keys()]) } : before));
  }, [key]);
  useEffect(() => {
    // Whether the list is held is known only after it was scrolled.
    // oxlint-disable-next-line react/set-state-in-effect
    if (!held && arrived.length > 0) release();
  }, [held, arrived, release]);

  const runs = useMemo(() => {
    const words = new Map([...news].map(([id, { run }]) => [id, run]));
    return layRuns(fetched, words, q === "" ? letIn : new Set());
  }, [fetched, news, letIn, q]);
  return { query, runs, waiting: held ? arrived.length : 0, release, reread };
}
