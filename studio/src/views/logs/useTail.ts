import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLive } from "../../data/hooks";
import { readLogs } from "../../data/logs";
import type { Gap, LiveEvent } from "../../model/api";
import { type LogSource, topicOf } from "../../model/log-source";
import { type Range, isLive } from "../../model/range";
import { recordOf } from "../../model/records";
import { EMPTY_TAIL, type Tail, arrive, catchUp, interrupt, prepend, release, tailOf } from "../../model/tail";

const FILTERED_REFRESH_MS = 1000;

interface State {
  /** The question that was answered last, well or not; what is shown belongs to it. */
  readonly answered: string;
  readonly tail: Tail;
  readonly older: string | null;
  readonly loadingOlder: boolean;
  readonly error: Error | null;
}

const START: State = { answered: "", tail: EMPTY_TAIL, older: null, loadingOlder: false, error: null };

/**
 * The log records of a filter and a range, oldest first, fed by the stream. Whether a record passes a filter
 * only the server can say, so with a filter the newest page is read again, at most once a second.
 */
export function useTail(project: string, source: LogSource, q: string, range: Range, following: boolean) {
  const topic = topicOf(source);
  const question = `${project}\n${topic}\n${q}\n${range.from}\n${range.to}`;
  const [state, setState] = useState<State>(START);
  const follows = useRef(following);
  // Callers write the source where they stand, so that it is a new object each time; its topic tells it apart.
  const asked = useRef(source);
  useLayoutEffect(() => {
    follows.current = following;
    asked.current = source;
  });

  const read = useCallback(async (fresh: boolean, signal?: AbortSignal) => {
    try {
      const page = await readLogs(project, asked.current, q, range, undefined, signal);
      setState((before) => ({
        ...before,
        answered: question,
        error: null,
        older: fresh || before.tail.lines.length === 0 ? page.next : before.older,
        tail: fresh ? tailOf(page.items) : catchUp(before.tail, page.items, page.next === null, follows.current),
      }));
    } catch (error) {
      if (!signal?.aborted) setState((before) => ({ ...before, answered: question, error: error as Error }));
    }
  }, [project, q, range, question]);

  useEffect(() => {
    const abort = new AbortController();
    void read(true, abort.signal);
    return () => abort.abort();
  }, [read]);

  const refresh = useRef(0);
  useEffect(() => () => {
    window.clearTimeout(refresh.current);
    refresh.current = 0;
  }, [read]);
  const onEvents = (events: readonly LiveEvent[]): void => {
    if (q !== "") {
      if (refresh.current === 0) {
        refresh.current = window.setTimeout(() => {
          refresh.current = 0;
          void read(false);
        }, FILTERED_REFRESH_MS);
      }
      return;
    }
    const logs = events.map(recordOf).filter((log) => log !== null);
    setState((before) => ({ ...before, tail: arrive(before.tail, logs, follows.current) }));
  };
  const onGap = (gap: Gap): void => setState((before) => ({ ...before, tail: interrupt(before.tail, gap, follows.current) }));
  useLive(isLive(range) ? topic : "", { onEvents, onGap, onResync: () => void read(false) });

  const letIn = useCallback(() => setState((before) => ({ ...before, tail: release(before.tail) })), []);
  useEffect(() => {
    // Whether the tail is held is known only after it was scrolled.
    // oxlint-disable-next-line react/set-state-in-effect
    if (following) letIn();
  }, [following, letIn]);

  const loadOlder = useCallback(async () => {
    const { older, loadingOlder } = state;
    if (older === null || loadingOlder) return;
    setState((before) => ({ ...before, loadingOlder: true }));
    try {
      const page = await readLogs(project, asked.current, q, range, older);
      setState((before) => ({ ...before, loadingOlder: false, older: page.next, tail: prepend(before.tail, page.items) }));
    } catch (error) {
      setState((before) => ({ ...before, loadingOlder: false, error: error as Error }));
    }
  }, [state, project, q, range]);

  // What was shown for the last question stays, dimmed, until this one is answered.
  const loading = state.answered !== question;
  return { ...state, loading, error: loading ? null : state.error, loadOlder, retry: () => void read(true) };
}
