import { useCallback, useState } from "react";
import type { Tree } from "../../model/tree";
import { type Folding, type Row, UNFOLDED, reveal } from "../../model/waterfall";

const KEY = "fanlight.group-repeats";

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

/** What is folded away, and the ways to change it. New spans never change it. */
export function useFolding(tree: Tree | null) {
  const [folding, setFolding] = useState<Folding>(preferred);
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
    const parents = tree.spans.filter((_, at) => (tree.end[at] ?? 0) > at + 1 && tree.parent[at] !== -1);
    setFolding((before) => ({ ...before, closed: new Set(parents.map((span) => span.span_id)) }));
  }, [tree]);
  return { folding, toggle, show, setGrouping, openAll, closeAll };
}
