import { useCallback, useMemo } from "react";
import { parseMillis } from "../../base/time";
import { useUrlState } from "../../data/hooks";
import type { Selection } from "../../model/moments";
import { type Range, momentOf } from "../../model/range";
import { type View, clampView } from "../../model/waterfall";

/** The one selection and the one time window of a session, as the address has them: every tab shows them. */
export interface Chosen extends Selection {
  /** Where the playhead stands, in ms since 1970; null while nothing is chosen. */
  readonly playhead: number | null;
  readonly window: View;
  readonly isZoomed: boolean;
  /** The window as a range; the whole of a session that goes on ends now. */
  readonly range: Range;
  readonly choose: (selection: Selection) => void;
  readonly moveTo: (ms: number) => void;
  /** Null shows the whole session again. */
  readonly show: (window: View | null) => void;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The whole session in whole seconds: what is asked for it must not change with every record that comes. */
function rangeOf(whole: View, isActive: boolean): Range {
  const second = 1000;
  return { from: iso(Math.floor(whole.from / second) * second), to: isActive ? "now" : iso(Math.ceil((whole.to + 1) / second) * second) };
}

export function useChosen(whole: View, isActive: boolean): Chosen {
  const { params, change } = useUrlState();
  const [at, log, run, span] = ["at", "log", "run", "span"].map((name) => params.get(name)) as [string | null, string | null, string | null, string | null];
  const [from, to] = [params.get("from"), params.get("to")];
  const now = whole.to;
  const zoomed = useMemo(() => {
    const [first, last] = [momentOf(from ?? "", now), momentOf(to ?? "now", now)];
    return from === null || first === null || last === null || last <= first ? null : { from: first, to: last };
  }, [from, to, now]);
  const choose = useCallback((selection: Selection) => change({ ...selection }, "replace"), [change]);
  const moveTo = useCallback((ms: number) => change({ at: iso(ms), log: null, run: null, span: null }, "replace"), [change]);
  const show = useCallback((window: View | null) => {
    const isWhole = window === null || (window.from <= whole.from && window.to >= whole.to);
    change(isWhole ? { from: null, to: null } : { from: iso(window.from), to: iso(window.to) }, "push");
  }, [change, whole]);
  const { from: begin, to: finish } = rangeOf(whole, isActive);
  const range = useMemo(() => (zoomed ? { from: iso(zoomed.from), to: iso(zoomed.to + 1) } : { from: begin, to: finish }), [zoomed, begin, finish]);
  const playhead = at === null ? null : parseMillis(at);
  return {
    at, log, run, span, choose, moveTo, show, range,
    playhead: playhead === null || Number.isNaN(playhead) ? null : playhead,
    window: zoomed ? clampView(zoomed, whole) : whole,
    isZoomed: zoomed !== null,
  };
}
