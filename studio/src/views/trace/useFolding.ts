import { useCallback, useEffect, useMemo, useState } from "react";
import type { Tree } from "../../model/tree";
import { type Folding, type Row, UNFOLDED, isFolded, reveal } from "../../model/waterfall";

const KEY = "fanlight.group-repeats";

/** So many traces keep what was folded in them; the one looked at longest ago is forgotten first. */
const MOST_KEPT = 50;
const keptByTrace = new Map<string, Folding>();

function keep(traceId: string, folding: Folding): void {
  keptByTrace.delete(traceId);
  keptByTrace.set(traceId, folding);
  const oldest = keptByTrace.keys().next().value;
  if (keptByTrace.size > MOST_KEPT && oldest !== undefined) keptByTrace.delete(oldest);
}

function preferred(): Folding {
  try {
    return { ...UNFOLDED, grouping: localStorage.getItem(KEY) !== "0" };
  } catch {
    return UNFOLDED;
  }
}

const toggled = (set: ReadonlySet<string>, id: string): Set<string> => {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
};

/** What is folded away in a trace, and the ways to change it. New spans never change it, nor does going away and coming back. */
export function useFolding(traceId: string, tree: Tree | null, wrappers: boolean, selectedAt: number) {
  const [chosen, setFolding] = useState<Folding>(() => keptByTrace.get(traceId) ?? preferred());
  useEffect(() => keep(traceId, chosen), [traceId, chosen]);
  const hasWrappers = useMemo(() => tree?.spans.some((_, at) => isFolded(tree, UNFOLDED, at)) ?? false, [tree]);
  // What is selected has a row of its own, even when it turns out to be a wrapper only now.
  const pinned = tree && selectedAt !== -1 && isFolded(tree, UNFOLDED, selectedAt) ? tree.spans[selectedAt]?.span_id : undefined;
  const folding = useMemo(() => {
    const unwrapped = pinned === undefined ? chosen.unwrapped : new Set([...chosen.unwrapped, pinned]);
    return { ...chosen, unwrapped, folding: !wrappers };
  }, [chosen, wrappers, pinned]);
  const toggle = useCallback((row: Row) => {
    setFolding((before) => {
      if (row.type === "group") return { ...before, opened: toggled(before.opened, row.id) };
      const id = row.type === "span" ? tree?.spans[row.at]?.span_id : undefined;
      return id === undefined ? before : { ...before, closed: toggled(before.closed, id) };
    });
  }, [tree]);
  const show = useCallback((at: number) => {
    if (tree) setFolding((before) => reveal(tree, before, at));
  }, [tree]);
  const unwrap = useCallback((places: readonly number[]) => {
    const ids = places.flatMap((at) => tree?.spans[at]?.span_id ?? []);
    setFolding((before) => ({ ...before, unwrapped: new Set([...before.unwrapped, ...ids]) }));
  }, [tree]);
  const wrap = useCallback((at: number) => {
    const id = tree?.spans[at]?.span_id;
    setFolding((before) => ({ ...before, unwrapped: new Set([...before.unwrapped].filter((other) => other !== id)) }));
  }, [tree]);
  const setGrouping = useCallback((grouping: boolean) => {
    setFolding((before) => ({ ...before, grouping }));
    try {
      localStorage.setItem(KEY, grouping ? "1" : "0");
    } catch {
      // Storage can be forbidden; the choice then lasts as long as the page.
    }
  }, []);
  const openAll = useCallback(() => setFolding((before) => ({ ...before, closed: new Set() })), []);
  const closeAll = useCallback(() => {
    if (!tree) return;
    // The child of a folded root stands as a root.
    const tops = new Set<number>();
    const parents = tree.spans.filter((_, at) => {
      const parent = tree.parent[at] as number;
      if (parent === -1 || (tops.has(parent) && isFolded(tree, folding, parent))) tops.add(at);
      return (tree.end[at] ?? 0) > at + 1 && !tops.has(at);
    });
    setFolding((before) => ({ ...before, closed: new Set(parents.map((span) => span.span_id)) }));
  }, [tree, folding]);
  return { folding, hasWrappers, toggle, show, unwrap, wrap, setGrouping, openAll, closeAll };
}
