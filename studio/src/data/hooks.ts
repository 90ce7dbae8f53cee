/** What pages hang on to: the live stream and the state in the URL. */
import { createContext, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useLocation } from "wouter";
import { useSearch } from "wouter/use-browser-location";
import { Signal } from "../base/signal";
import type { Gap, LiveEvent } from "../model/api";
import { DEFAULT_RANGE, type Range } from "../model/range";
import type { Health, LiveHub } from "./live";

export const LiveContext = createContext<LiveHub | null>(null);

const NO_STREAM = new Signal<Health>({ connection: "idle", perSecond: 0, lostAt: null, missed: 0 });

export function useHealth(): Health {
  const hub = useContext(LiveContext);
  const { watch, get } = hub?.health ?? NO_STREAM;
  return useSyncExternalStore(watch, get);
}

export interface LiveHandlers {
  readonly onEvents: (events: readonly LiveEvent[]) => void;
  readonly onResync: () => void;
  readonly onGap?: (gap: Gap) => void;
}

/** Listens to topics (comma separated) while the component stands; an empty string listens to nothing. */
export function useLive(topics: string, handlers: LiveHandlers): void {
  const hub = useContext(LiveContext);
  const latest = useRef(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!hub || topics === "") return undefined;
    return hub.subscribe({
      topics: new Set(topics.split(",")),
      onEvents: (events) => latest.current.onEvents(events),
      onResync: () => latest.current.onResync(),
      onGap: (gap) => latest.current.onGap?.(gap),
    });
  }, [hub, topics]);
}

/** Has `work` done within `ms`: once, however often it is asked for meanwhile. */
export function useSoon(work: () => void, ms: number): () => void {
  const timer = useRef(0);
  const latest = useRef(work);
  useLayoutEffect(() => {
    latest.current = work;
  });
  useEffect(() => () => {
    window.clearTimeout(timer.current);
    timer.current = 0;
  }, []);
  return useCallback(() => {
    if (timer.current !== 0) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      latest.current();
    }, ms);
  }, [ms]);
}

export type Changes = Readonly<Record<string, string | null>>;

/** The query of the address as it stands there: the router's own is decoded once, and a `%25` in it would be twice. */
export { useSearch };

/** The query of the URL. Parameters that Studio does not know are kept. */
export function useUrlState(): {
  readonly params: URLSearchParams;
  readonly change: (changes: Changes, how: "push" | "replace") => void;
} {
  const search = useSearch();
  const [, navigate] = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback(
    (changes: Changes, how: "push" | "replace") => {
      // Read from the address itself: two changes in one turn must not undo each other.
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === "") next.delete(name);
        else next.set(name, value);
      }
      const query = next.toString();
      // A whole path, because <base> would lead a bare "?q=" to the front page; "~" marks it as one.
      navigate(`~${window.location.pathname}${query === "" ? "" : `?${query}`}`, { replace: how === "replace" });
    },
    [navigate],
  );
  return { params, change };
}

/** The time range in the URL, and how to set it; `fallback` where the address has none. */
export function useRange(fallback: Range = DEFAULT_RANGE): { readonly range: Range; readonly setRange: (range: Range) => void } {
  const { params, change } = useUrlState();
  const from = params.get("from") ?? fallback.from;
  const to = params.get("to") ?? fallback.to;
  const range = useMemo(() => ({ from, to }), [from, to]);
  const setRange = useCallback((next: Range) => change({ from: next.from, to: next.to === "now" ? null : next.to }, "push"), [change]);
  return { range, setRange };
}
