import { useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "../../data/hooks";
import { readMoments } from "../../data/sessions";
import type { LiveEvent } from "../../model/api";
import { EMPTY_TIMELINE, type Timeline, isUnexplained, mergeMoments, momentsOf } from "../../model/session-timeline";

/** So many moments are read without being asked; what is beyond is read on request. */
const MOST_UNASKED = 20_000;
/**
 * The stream says that a step failed, not why: the end of the timeline is then read again. What came in between, or
 * a reading that was under way, must not leave it unsaid: it is asked for so often, and each time twice as late.
 */
const EXPLAIN_MS = 1000;
const MOST_EXPLAINED = 5;
const FEW = 50;

interface State {
  readonly timeline: Timeline;
  /** Where reading goes on; null when all of it was read. */
  readonly next: string | null;
  readonly isReading: boolean;
  readonly error: Error | null;
}

const START: State = { timeline: EMPTY_TIMELINE, next: null, isReading: true, error: null };

/** What happened in a session: read page by page from its beginning, and fed by the stream. For one session only. */
export function useTimeline(project: string, id: string) {
  const [state, setState] = useState<State>(START);
  /** The cursor of the last page that was read, and whether one is being read. */
  const last = useRef<string | undefined>(undefined);
  const reading = useRef(false);

  const read = useCallback(async (cursor: string | undefined, signal?: AbortSignal) => {
    let [next, count] = [cursor, 0];
    reading.current = true;
    setState((before) => ({ ...before, isReading: true, error: null }));
    try {
      do {
        // Each page names the next one.
        // oxlint-disable-next-line no-await-in-loop
        const page = await readMoments(project, id, next, signal);
        count += page.items.length;
        last.current = next;
        next = page.next ?? undefined;
        const isReading = next !== undefined && count < MOST_UNASKED;
        setState((before) => ({ ...before, timeline: mergeMoments(before.timeline, page.items), next: page.next, isReading }));
      } while (next !== undefined && count < MOST_UNASKED);
    } catch (error) {
      if (signal?.aborted) return;
      setState((before) => ({ ...before, isReading: false, error: error as Error }));
    }
    reading.current = false;
  }, [project, id]);

  useEffect(() => {
    const abort = new AbortController();
    // oxlint-disable-next-line react/set-state-in-effect
    void read(undefined, abort.signal);
    return () => abort.abort();
  }, [read]);

  // What is new stands at the end, which a reading that is under way has yet to reach.
  const readEnd = useCallback(() => {
    if (!reading.current) void read(last.current);
  }, [read]);
  const onEvents = (events: readonly LiveEvent[]): void => {
    const moments = events.flatMap(momentsOf);
    if (moments.length > 0) setState((before) => ({ ...before, timeline: mergeMoments(before.timeline, moments) }));
  };
  useLive(`session:${id}`, { onEvents, onResync: readEnd });

  const lastFew = state.timeline.list.slice(-FEW);
  const isUnclear = lastFew.some(isUnexplained);
  const [explained, setExplained] = useState(0);
  if (!isUnclear && explained > 0) setExplained(0);
  useEffect(() => {
    if (!isUnclear || explained === MOST_EXPLAINED) return undefined;
    const timer = window.setTimeout(() => {
      setExplained(explained + 1);
      readEnd();
    }, EXPLAIN_MS * 2 ** explained);
    return () => window.clearTimeout(timer);
  }, [isUnclear, explained, readEnd]);

  const { next } = state;
  return { ...state, readOn: () => next !== null && void read(next), reread: () => void read(undefined) };
}
